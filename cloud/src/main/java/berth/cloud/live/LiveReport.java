package berth.cloud.live;

import berth.cloud.Failure;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * What became of a running instance.
 *
 * @param instance the instance
 * @param outcome how it ended
 * @param disks the disks that are images now
 * @param verified whether the images were compared with the files as both were when the guest changed over
 * @param pausedMilliseconds for how long the guest stood still, measured from outside; empty when it did not
 * @param directory where the XML from before and after is
 * @param notes what its operator should know
 * @param failure why it was not moved, or not wholly
 */
public record LiveReport(
        UUID instance,
        Outcome outcome,
        List<Disk> disks,
        boolean verified,
        OptionalLong pausedMilliseconds,
        String directory,
        List<String> notes,
        Optional<Failure> failure) {
    /** How it ended. */
    public enum Outcome {
        /** Nothing was changed: it was asked what would be done. */
        PLANNED,
        /** The guest uses the images. */
        MOVED,
        /** The guest used the images already. */
        MOVED_EARLIER,
        /** Everything is as it was before. */
        ROLLED_BACK,
        /** The move is not finished; the guest runs. */
        UNFINISHED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /**
     * A disk.
     *
     * @param disk what Nova calls it
     * @param target what the guest's domain calls it
     * @param image pool and name of the image
     * @param file the file that it is or was; it is still there
     * @param sizeBytes its size
     */
    public record Disk(String disk, String target, String image, String file, long sizeBytes) {
        static Disk of(LiveDisk disk) {
            return new Disk(disk.name(), disk.target(), disk.spec().toString(), disk.file(), disk.sizeBytes());
        }
    }

    public LiveReport {
        disks = List.copyOf(disks);
        notes = List.copyOf(notes);
    }

    /** The report for people, some lines. */
    public String text() {
        StringBuilder text = new StringBuilder(instance + ": " + outcome + "\n");
        disks.forEach(disk -> text.append(outcome == Outcome.PLANNED ? planned(disk) : moved(disk)));
        pausedMilliseconds.ifPresent(millis ->
                text.append("  the guest stood still for ").append(millis).append(" ms\n"));
        if (outcome != Outcome.PLANNED) {
            text.append("  domain before and after: ").append(directory).append('\n');
        }
        notes.forEach(note -> text.append("  note: ").append(note).append('\n'));
        failure.ifPresent(why -> {
            text.append("  ").append(why.message()).append('\n');
            why.cleanup().forEach(line -> text.append("  ").append(line).append('\n'));
            text.append("  ").append(why.advice()).append('\n');
        });
        return text.toString();
    }

    private static String planned(Disk disk) {
        return "  %s (%s) becomes %s (%d bytes) while the guest runs\n    %s\n"
                .formatted(disk.disk(), disk.target(), disk.image(), disk.sizeBytes(), disk.file());
    }

    private String moved(Disk disk) {
        return "  %s (%s) is %s (%d bytes, %s)\n  old file, no longer used: %s\n"
                .formatted(
                        disk.disk(),
                        disk.target(),
                        disk.image(),
                        disk.sizeBytes(),
                        verified ? "verified" : "not verified",
                        disk.file());
    }

    /** This one, when nothing was to be changed. */
    LiveReport ofPlan() {
        return outcome == Outcome.MOVED_EARLIER
                ? this
                : new LiveReport(
                        instance, Outcome.PLANNED, disks, false, OptionalLong.empty(), directory, notes, failure);
    }
}
