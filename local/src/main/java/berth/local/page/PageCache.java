package berth.local.page;

import berth.local.io.StoreFiles;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All page files of a store, and the bound on how many clean pages they keep in memory together. Safe for use by several
 * threads.
 */
public final class PageCache {
    private final StoreFiles files;
    private final EvictionQueue queue;
    private final Map<Long, PageFile> open = new HashMap<>();

    /** Keeps up to {@code maxPages} pages of 4 KiB, more only while they differ from the disk. */
    public PageCache(StoreFiles files, int maxPages) {
        this.files = files;
        this.queue = new EvictionQueue(maxPages);
    }

    /** The page file with this number; the same object for as long as it is open. */
    public synchronized PageFile file(long number) {
        return open.computeIfAbsent(number, n -> new PageFile(files, n, this));
    }

    /** The page files that are open. */
    public synchronized List<PageFile> openFiles() {
        return List.copyOf(open.values());
    }

    /** The pages in memory. */
    public EvictionQueue queue() {
        return queue;
    }

    synchronized void forget(PageFile file) {
        open.remove(file.number(), file);
    }

    /** Closes a page file and removes it from the disk. */
    public void delete(long number) {
        PageFile known;
        synchronized (this) {
            known = open.get(number);
        }
        if (known != null) {
            known.close();
        }
        files.delete(PageFile.name(number));
    }
}
