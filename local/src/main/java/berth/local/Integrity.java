package berth.local;

import berth.block.Progress;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks for damage in an open store. A finding is a line that says what is wrong with what.
 *
 * <p>Covered are all metadata, by checksums in the journal and in the maps, and the data of layers that a snapshot keeps
 * from being changed, from the first {@linkplain #scrub scrub} on. Data that clients can still write are not covered.
 *
 * <p>Safe for use by several threads, and while images are in use.
 */
public final class Integrity implements AutoCloseable {
    private final StoreContext context;
    private final Structure structure;
    private final Maintenance maintenance;
    private @Nullable BackgroundScrub background;

    Integrity(StoreContext context, Structure structure, Maintenance maintenance) {
        this.context = context;
        this.structure = structure;
        this.maintenance = maintenance;
    }

    /**
     * What a pass over the data found.
     *
     * @param bytesRead the bytes of data that were read
     * @param findings what is damaged
     */
    public record ScrubReport(long bytesRead, List<String> findings) {
        public ScrubReport {
            findings = List.copyOf(findings);
        }
    }

    /** Looks at the metadata, and changes nothing. */
    public List<String> check() {
        return new StoreCheck(context, structure).run();
    }

    /** Compares all data that have checksums with them, and changes nothing. */
    public ScrubReport checkData(Progress progress) {
        return pass(EnumSet.of(Scrubber.Work.VERIFY), 0, progress);
    }

    /**
     * Reads all data that snapshots keep from being changed. What was read before is compared with its checksum; what is
     * read for the first time gets one.
     *
     * @param bytesPerSecond the most that is read; 0 for as fast as it goes
     */
    public ScrubReport scrub(long bytesPerSecond, Progress progress) {
        maintenance.collectGarbage();
        return pass(EnumSet.allOf(Scrubber.Work.class), bytesPerSecond, progress);
    }

    private ScrubReport pass(EnumSet<Scrubber.Work> work, long bytesPerSecond, Progress progress) {
        Scrubber scrubber = new Scrubber(context, structure, work, new ScrubPace(bytesPerSecond));
        scrubber.run(progress);
        return new ScrubReport(scrubber.bytesRead(), scrubber.findings());
    }

    /**
     * Repairs the maps of layers that are damaged, as far as the data files tell what they held.
     *
     * @return what was repaired, and what is lost by it
     */
    public List<String> repair() {
        return new StoreRepair(context, structure).run();
    }

    /**
     * Scrubs in the background until the store is closed.
     *
     * @param bytesPerSecond the most that is read, at least 1
     */
    public synchronized void scrubInBackground(long bytesPerSecond) {
        if (background == null) {
            background = BackgroundScrub.start(context, structure, bytesPerSecond);
        }
    }

    /** Ends what goes on in the background. */
    @Override
    public synchronized void close() {
        if (background != null) {
            background.close();
        }
    }
}
