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
    /** Clean pages of maps kept in memory: 16 MiB. */
    private static final int MAX_CLEAN_PAGES = 4096;
    /** Chunks of block indexes kept in memory: 32 MiB, enough for 64 GiB of disk in use. */
    private static final int MAX_INDEX_CHUNKS = 1024;

    private final StoreFiles files;
    private final Catalog catalog;
    private final PageCache pages;
    private final EvictionQueue indexQueue = new EvictionQueue(MAX_INDEX_CHUNKS);
    private final InstantSource clock;
    private final SourceOpener sources;
    private final ReentrantLock structure = new ReentrantLock();
    private final ReentrantReadWriteLock journalSwitch = new ReentrantReadWriteLock();
    private final LayerTable layers = new LayerTable(this);
    private final LoadedImages images = new LoadedImages(this);
    private Journal journal;

    StoreContext(OpenedJournal opened, StoreFiles files, SourceOpener sources, InstantSource clock) {
        this.files = files;
        this.catalog = opened.catalog();
        this.pages = opened.pages();
        this.journal = opened.journal();
        this.sources = sources;
        this.clock = clock;
    }

    static PageCache newPageCache(StoreFiles files) {
        return new PageCache(files, MAX_CLEAN_PAGES);
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
