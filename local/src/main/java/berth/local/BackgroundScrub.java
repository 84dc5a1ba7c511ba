package berth.local;

import berth.block.BlockException;
import berth.block.Problem;
import berth.block.Threads;
import java.lang.System.Logger;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Scrubs a store over and over: what has no checksum yet first, then everything. */
final class BackgroundScrub implements AutoCloseable {
    private static final Logger LOG = System.getLogger(BackgroundScrub.class.getName());
    private static final long PAUSE_SECONDS = 60;

    private final StoreContext context;
    private final Structure structure;
    private final long bytesPerSecond;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread;

    private BackgroundScrub(StoreContext context, Structure structure, long bytesPerSecond) {
        this.context = context;
        this.structure = structure;
        this.bytesPerSecond = bytesPerSecond;
        this.thread = Thread.ofPlatform().name("berth-scrub").daemon().unstarted(this::run);
    }

    /** Starts to scrub. */
    static BackgroundScrub start(StoreContext context, Structure structure, long bytesPerSecond) {
        BackgroundScrub scrub = new BackgroundScrub(context, structure, bytesPerSecond);
        scrub.thread.start();
        return scrub;
    }

    private void run() {
        try {
            do {
                pass(Scrubber.Work.SEAL);
                pass(Scrubber.Work.VERIFY);
            } while (!stopped.await(PAUSE_SECONDS, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void pass(Scrubber.Work work) {
        Scrubber scrubber = new Scrubber(context, structure, EnumSet.of(work), new ScrubPace(bytesPerSecond));
        try {
            scrubber.run((_, _) -> stopped.getCount() > 0);
        } catch (BlockException e) {
            if (e.problem() != Problem.CANCELLED) {
                LOG.log(Logger.Level.WARNING, "the scrub ended early: {0}", e.getMessage());
            }
        }
        List<String> findings = scrubber.findings();
        findings.forEach(finding -> LOG.log(Logger.Level.ERROR, "damage found: {0}", finding));
    }

    /** Ends it; returns when it has ended. */
    @Override
    public void close() {
        stopped.countDown();
        Threads.join(thread);
    }
}
