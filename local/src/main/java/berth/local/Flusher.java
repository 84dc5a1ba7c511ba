package berth.local;

import berth.local.journal.JournalEntry;
import berth.local.page.PageFile;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Makes an image's writes durable: first the data, then what the maps say of them. Threads that flush at the same time
 * share one pass. The caller holds the image's lock, shared is enough.
 */
final class Flusher {
    private final StoreContext context;
    private final ImageState image;
    private final ReentrantLock lock = new ReentrantLock();
    private final AtomicLong requested = new AtomicLong();
    private long completed;

    Flusher(StoreContext context, ImageState image) {
        this.context = context;
        this.image = image;
    }

    /** Returns when everything is durable that was acknowledged before the call. */
    void flush() {
        long ticket = requested.incrementAndGet();
        lock.lock();
        try {
            if (completed >= ticket) {
                return;
            }
            long covered = requested.get();
            pass();
            completed = covered;
        } finally {
            lock.unlock();
        }
    }

    private void pass() {
        List<JournalEntry> changes = new ArrayList<>();
        FillState fill = image.fill();
        try {
            // An object is marked as filled after its blocks are marked: so the marks are taken the other way round.
            if (fill != null) {
                fill.map().file().capture(changes);
            }
            for (Layer layer : image.ownLayers()) {
                layer.map().file().capture(changes);
            }
            syncData();
            if (!changes.isEmpty()) {
                context.journal(changes);
            }
        } catch (RuntimeException e) {
            for (JournalEntry change : changes) {
                if (change instanceof JournalEntry.PageWords words) {
                    context.pages().file(words.file()).recapture(words);
                }
            }
            throw e;
        }
    }

    private void syncData() {
        for (Layer layer : image.ownLayers()) {
            layer.data().sync();
        }
    }

    /**
     * Writes the pages that differ from the disk to their page files, for a checkpoint. Before copies of pages are written
     * everything is flushed, for they may tell of blocks and digests of a moment ago.
     */
    void writePages() {
        for (Layer layer : image.ownLayers()) {
            writePages(layer.map().file());
        }
        FillState fill = image.fill();
        if (fill != null) {
            writePages(fill.map().file());
        }
    }

    private void writePages(PageFile file) {
        file.writeBack(() -> {
            lock.lock();
            try {
                pass();
            } finally {
                lock.unlock();
            }
        });
    }
}
