package berth.local;

import berth.local.page.PageFile;
import java.lang.System.Logger;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What a store does by itself: flushes images that nobody flushes, keeps the journal short, removes leftover files. */
final class Maintenance {
    private static final Logger LOG = System.getLogger(Maintenance.class.getName());
    private static final long INTERVAL_SECONDS = 5;
    /** A journal longer than this is replaced. */
    private static final long MAX_JOURNAL_BYTES = 32L << 20;
    /** A journal longer than this is replaced when the store is closed, so that it opens quickly. */
    private static final long MAX_CLOSED_JOURNAL_BYTES = 1L << 20;

    /** More pages than this that differ from the disk are written: 8 MiB. */
    private static final int MAX_UNWRITTEN_PAGES = 2048;

    private final StoreContext context;
    private final Structure structure;
    private @Nullable ScheduledExecutorService background;
    private boolean cleaned;

    Maintenance(StoreContext context, Structure structure) {
        this.context = context;
        this.structure = structure;
    }

    synchronized void startInBackground() {
        ScheduledExecutorService started = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("berth-maintenance").daemon().factory());
        var _ = started.scheduleWithFixedDelay(this::tryRun, INTERVAL_SECONDS, INTERVAL_SECONDS, TimeUnit.SECONDS);
        background = started;
    }

    private void tryRun() {
        try {
            run();
        } catch (RuntimeException e) {
            // The writes are still in memory, and a client that flushes is told; the next round tries again.
            LOG.log(Logger.Level.WARNING, "flushing in the background failed: {0}", e.getMessage());
        }
    }

    /** One round. */
    void run() {
        List<ImageState> images = structure.locked(() -> {
            List<ImageState> all = context.images().all();
            all.forEach(image -> image.users++);
            return all;
        });
        RuntimeException failure = null;
        for (ImageState image : images) {
            try {
                image.flush();
            } catch (RuntimeException e) {
                failure = e;
            }
        }
        structure.locked(() -> images.forEach(context.images()::release));
        if (failure != null) {
            throw failure;
        }
        if (!cleaned) {
            cleaned = true;
            collectGarbage();
        }
        if (context.journalBytes() > MAX_JOURNAL_BYTES
                || context.pages().queue().excess() > MAX_UNWRITTEN_PAGES) {
            context.checkpoint().run();
        }
    }

    /** Replaces the journal when it is long enough to slow down the next opening. */
    void shorten() {
        if (context.journalBytes() > MAX_CLOSED_JOURNAL_BYTES) {
            context.checkpoint().run();
        }
    }

    /** Removes files of layers that the catalog does not know: what a removal left behind when it was interrupted. */
    void collectGarbage() {
        structure.locked(() -> {
            Set<String> known = Checkpoint.knownPrefixes(context.catalog());
            remove(LayerData.DIRECTORY, known, "");
            remove(PageFile.DIRECTORY, known, ".");
        });
    }

    private void remove(String directory, Set<String> known, String suffix) {
        for (String name : context.files().list(directory)) {
            String prefixed = name + suffix;
            int dot = prefixed.indexOf('.');
            if (dot < 0 || !known.contains(prefixed.substring(0, dot + 1))) {
                context.files().delete(directory + "/" + name);
            }
        }
    }

    /** Ends what goes on in the background; returns when it has ended. */
    synchronized void stop() {
        ScheduledExecutorService running = background;
        if (running != null) {
            running.close();
            background = null;
        }
    }
}
