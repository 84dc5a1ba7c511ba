package berth.local;

import berth.block.BlockException;
import berth.block.SourceOpener;
import berth.local.catalog.Catalog;
import berth.local.catalog.Transaction;
import berth.local.io.StoreFiles;
import berth.local.journal.Journal;
import berth.local.journal.JournalEntry;
import berth.local.page.EvictionQueue;
import berth.local.page.PageCache;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** What the parts of an open store share. Safe for use by several threads. */
final class StoreContext {
    private final StoreFiles files;
    private final Catalog catalog;
    private final PageCache pages;
    private final CacheBounds bounds;
    private final EvictionQueue indexQueue;
    private final InstantSource clock;
    private final SourceOpener sources;
    private final ReentrantLock structure = new ReentrantLock();
    private final ReentrantReadWriteLock journalSwitch = new ReentrantReadWriteLock();
    private final LayerTable layers = new LayerTable(this);
    private final LoadedImages images = new LoadedImages(this);
    private final Checkpoint checkpoint = new Checkpoint(this);
    private Journal journal;

    StoreContext(
            OpenedJournal opened, StoreFiles files, SourceOpener sources, InstantSource clock, CacheBounds bounds) {
        this.files = files;
        this.bounds = bounds;
        this.indexQueue = new EvictionQueue(bounds.indexChunks());
        this.catalog = opened.catalog();
        this.pages = opened.pages();
        this.journal = opened.journal();
        this.sources = sources;
        this.clock = clock;
    }

    StoreFiles files() {
        return files;
    }

    Catalog catalog() {
        return catalog;
    }

    PageCache pages() {
        return pages;
    }

    CacheBounds bounds() {
        return bounds;
    }

    EvictionQueue indexQueue() {
        return indexQueue;
    }

    InstantSource clock() {
        return clock;
    }

    SourceOpener sources() {
        return sources;
    }

    /** Held by the thread that changes the structure: which images, snapshots and layers there are. */
    ReentrantLock structure() {
        return structure;
    }

    LayerTable layers() {
        return layers;
    }

    LoadedImages images() {
        return images;
    }

    Checkpoint checkpoint() {
        return checkpoint;
    }

    /** Makes entries durable in the journal. */
    void journal(List<JournalEntry> entries) {
        journalSwitch.readLock().lock();
        try {
            journal.commit(entries);
        } finally {
            journalSwitch.readLock().unlock();
        }
    }

    /** Commits a transaction of the catalog. */
    void commit(Transaction transaction) {
        if (!transaction.isEmpty()) {
            catalog.commit(transaction, this::journal);
        }
    }

    /** The bytes that the journal has grown to. */
    long journalBytes() {
        journalSwitch.readLock().lock();
        try {
            return journal.bytes();
        } finally {
            journalSwitch.readLock().unlock();
        }
    }

    /** Starts a new journal, which begins with the catalog; the old ones stay until {@link #dropOldJournals}. */
    void switchJournal() {
        synchronized (catalog) {
            journalSwitch.writeLock().lock();
            try {
                Journal next = startNext();
                journal.close();
                journal = next;
            } finally {
                journalSwitch.writeLock().unlock();
            }
        }
    }

    /**
     * Starts the journal after the current one. Where that fails but may have left it there, the current one must not get
     * another record: the next opening would go on from the later journal, which does not know it.
     */
    private Journal startNext() {
        long next = journal.generation() + 1;
        try {
            return Journal.start(files, next, catalog.content());
        } catch (BlockException e) {
            if (Journal.mayExist(files, next)) {
                journal.retire(e);
            }
            throw e;
        }
    }

    /** Removes the journals before the current one. */
    void dropOldJournals() {
        journal.deleteBefore(files);
    }

    void closeJournal() {
        try {
            journal.seal();
        } finally {
            journal.close();
        }
    }
}
