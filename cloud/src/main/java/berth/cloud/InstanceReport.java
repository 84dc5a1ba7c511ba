package berth.cloud;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/**
 * What became of an instance.
 *
 * @param directory the instance's directory, as it was named
 * @param instance the instance's UUID, where it is known
 * @param outcome how it ended
 * @param disks the disks that are in the store
 * @param domainXml where the new domain XML is
 * @param notes what its operator should know
 * @param failure why it was not moved
 */
public record InstanceReport(
        String directory,
        Optional<UUID> instance,
        Outcome outcome,
        List<DiskReport> disks,
        Optional<String> domainXml,
        List<String> notes,
        Optional<Failure> failure) {
    /** How the move of an instance ended. */
    public enum Outcome {
        /** All disks are in the store. */
        MOVED,
        /** All disks were in the store before. */
        MOVED_EARLIER,
        /** It was not moved; its files are as they were. */
        FAILED;

        /** The words for people. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    public InstanceReport {
        disks = List.copyOf(disks);
        notes = List.copyOf(notes);
    }

    /** The report of an instance of which nothing was begun. */
    static InstanceReport failed(String directory, Optional<UUID> instance, Failure failure) {
        return new InstanceReport(
                directory, instance, Outcome.FAILED, List.of(), Optional.empty(), List.of(), Optional.of(failure));
    }

    /** The report for people, some lines. */
    public String text() {
        StringBuilder text = new StringBuilder();
        text.append(instance.map(UUID::toString).orElse(directory))
                .append(": ")
                .append(outcome)
                .append('\n');
        for (DiskReport disk : disks) {
            text.append("  %s is %s (%d bytes, %d written, %s)\n"
                    .formatted(
                            disk.disk(),
                            disk.image(),
                            disk.sizeBytes(),
                            disk.bytesWritten(),
                            disk.verified() ? "verified" : "not verified"));
            text.append("  receipt: ").append(disk.receipt()).append('\n');
        }
        domainXml.ifPresent(file -> text.append("  domain: ").append(file).append('\n'));
        notes.forEach(note -> text.append("  note: ").append(note).append('\n'));
        failure.ifPresent(why -> {
            text.append("  ").append(why.message()).append('\n');
            why.cleanup().forEach(line -> text.append("  ").append(line).append('\n'));
            text.append("  the instance's files have not been changed; ").append(why.advice());
            text.append('\n');
        });
        return text.toString();
    }
}
