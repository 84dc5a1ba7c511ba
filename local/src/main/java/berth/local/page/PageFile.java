package berth.local.page;

import berth.block.BlockException;
import berth.block.Problem;
import berth.local.io.StoreFile;
import berth.local.io.StoreFiles;
import berth.local.journal.JournalEntry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableSet;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One page file. Pages are read on first use and kept while they differ from the disk; the others may be evicted.
 *
 * <p>Safe for use by several threads; a word is changed and read atomically, several words are not.
 */
public final class PageFile implements AutoCloseable {
    /** The directory of page files. */
    public static final String DIRECTORY = "maps";

    /** How many pages are copied before they are written: 4 MiB. */
    private static final int WRITE_BATCH = 1024;

    private final StoreFiles files;
    private final long number;
    private final PageCache cache;
    private final ConcurrentHashMap<Integer, Page> pages = new ConcurrentHashMap<>();
    private final Set<Integer> dirtyPages = ConcurrentHashMap.newKeySet();
    private final Object fileLock = new Object();
    private @Nullable StoreFile file;
    private boolean fileChecked;
    /** Pages from this number on are not on disk. */
    private volatile long storedPages;

    /** The page file with the given number; it need not exist on disk yet. */
    PageFile(StoreFiles files, long number, PageCache cache) {
        this.files = files;
        this.number = number;
        this.cache = cache;
    }

    /** The name of the file on disk. */
    public static String name(long number) {
        return DIRECTORY + "/" + String.format("%012x", number);
    }

    /** The file's number. */
    public long number() {
        return number;
    }

    /** Changes a word; the change is in memory only. */
    interface WordUpdate {
        /** Gives the new value for the old one. */
        long apply(long old);
    }

    /** Changes words {@code from} to {@code to} (exclusive) of a page. */
    void update(int page, int from, int to, WordUpdate change) {
        held(page, target -> {
            boolean wasDirty = target.dirty();
            for (int i = from; i < to; i++) {
                long old = target.words[i];
                long changed = change.apply(old);
                if (changed != old) {
                    target.words[i] = changed;
                    target.markDirty(i);
                }
            }
            if (!wasDirty && target.dirty()) {
                dirtyPages.add(page);
            }
        });
    }

    private void held(int number, Consumer<Page> action) {
        held(() -> page(number), action);
    }

    /** Does something with a page while it is in memory and nobody else has it. */
    private static void held(Supplier<Page> finder, Consumer<Page> action) {
        while (true) {
            Page page = finder.get();
            synchronized (page) {
                if (!page.evicted) {
                    action.accept(page);
                    return;
                }
            }
        }
    }

    /** Reads a word. */
    long word(int page, int word) {
        Page source = page(page);
        synchronized (source) {
            return source.words[word];
        }
    }

    /**
     * Puts what can be read of a damaged page in its place, to be written anew: its older state, or zeroes.
     *
     * @return whether the page was damaged
     */
    public boolean salvage(int page) {
        Page known = pages.get(page);
        StoreFile open = openFile();
        if (open == null || (known != null && !known.damaged)) {
            return false; // what is in memory was intact when it was read
        }
        Page found = known != null ? known : PageSlots.salvage(open, number, page);
        if (found == null) {
            return false;
        }
        found.damaged = false;
        pages.put(page, found);
        rewrite(page);
        return true;
    }

    /** Has a page go to the journal and to its next slot although nothing in it has changed. */
    public void rewrite(int page) {
        held(page, target -> {
            target.markDirty(0);
            target.markDirty(Page.WORDS - 1);
            dirtyPages.add(page);
        });
    }

    /** Copies a page's words; all zero for a page that is not stored. */
    void copy(int page, long[] into) {
        Page source = page(page);
        synchronized (source) {
            System.arraycopy(source.words, 0, into, 0, Page.WORDS);
        }
    }

    private Page page(int page) {
        Page found = cached(page, this::load);
        if (found.damaged) {
            throw PageSlots.damage(number, page);
        }
        return found;
    }

    private Page cached(int page, Function<Integer, Page> loader) {
        Page known = pages.get(page);
        if (known != null) {
            return known;
        }
        Page loaded = pages.computeIfAbsent(page, loader);
        cache.queue().added(() -> evict(page));
        return loaded;
    }

    /** Whether the page is neither in memory nor within the file, so that it is all zero. */
    boolean surelyEmpty(int page) {
        if (pages.containsKey(page)) {
            return false;
        }
        openFile();
        return page >= storedPages;
    }

    private Page load(int page) {
        StoreFile open = openFile();
        return open == null ? empty(page) : PageSlots.read(open, number, page);
    }

    private Page loadForReplay(int page) {
        StoreFile open = openFile();
        return open == null ? empty(page) : PageSlots.readForReplay(open, number, page);
    }

    private static Page empty(int page) {
        return new Page(page, new long[Page.WORDS], 0);
    }

    private @Nullable StoreFile openFile() {
        synchronized (fileLock) {
            if (!fileChecked) {
                StoreFile existing = files.exists(name(number)) ? files.open(name(number)) : null;
                storedPages = existing == null ? 0 : PageSlots.count(existing);
                file = existing;
                fileChecked = true;
            }
            return file;
        }
    }

    private StoreFile openOrCreateFile() {
        synchronized (fileLock) {
            StoreFile open = openFile();
            if (open == null) {
                open = files.create(name(number));
                files.syncDirectory(DIRECTORY);
                file = open;
            }
            return open;
        }
    }

    /** Forgets a page if it is the same as on disk. */
    private boolean evict(int page) {
        Page victim = pages.get(page);
        if (victim == null) {
            return true;
        }
        synchronized (victim) {
            if (!victim.clean()) {
                return false;
            }
            victim.evicted = true;
            pages.remove(page, victim);
            return true;
        }
    }

    /** The pages that are stored or in memory, in order; a page among them may be all zero. */
    public NavigableSet<Integer> knownPages() {
        NavigableSet<Integer> known = new TreeSet<>(pages.keySet());
        StoreFile open = openFile();
        if (open != null) {
            long at = 0;
            OptionalLong stored = PageSlots.nextStored(open, at);
            while (stored.isPresent()) {
                known.add((int) stored.getAsLong());
                stored = PageSlots.nextStored(open, stored.getAsLong() + 1);
            }
        }
        return known;
    }

    /** Whether there is something to capture. */
    public boolean dirty() {
        return !dirtyPages.isEmpty();
    }

    /** Takes what changed since the last capture into {@code into}, for the journal. */
    public void capture(List<JournalEntry> into) {
        for (Integer number : List.copyOf(dirtyPages)) {
            dirtyPages.remove(number);
            Page page = pages.get(number);
            if (page == null) {
                continue;
            }
            synchronized (page) {
                if (page.dirty()) {
                    into.add(new JournalEntry.PageWords(
                            this.number,
                            number,
                            page.dirtyFrom,
                            Arrays.copyOfRange(page.words, page.dirtyFrom, page.dirtyTo)));
                    page.markClean();
                }
            }
        }
    }

    /** Takes a capture back that did not reach the journal. */
    public void recapture(JournalEntry.PageWords lost) {
        held(lost.page(), page -> {
            page.markDirty(lost.firstWord());
            page.markDirty(lost.firstWord() + lost.words().length - 1);
            dirtyPages.add(lost.page());
        });
    }

    /**
     * Applies what the journal says, when the store is opened. That a page is damaged does not keep the store from being
     * opened: {@link #salvage} can mend it, and knows more of it than the disk alone.
     *
     * @throws BlockException {@link Problem#CORRUPT} when there is no such page, or it has no such words
     */
    public void replay(JournalEntry.PageWords entry) {
        if (entry.page() < 0 || entry.firstWord() < 0 || entry.firstWord() + entry.words().length > Page.WORDS) {
            throw new BlockException(
                    Problem.CORRUPT,
                    "the journal is damaged: it has " + entry.words().length + " words from word "
                            + entry.firstWord() + " on for page " + entry.page() + " of map "
                            + Long.toHexString(number));
        }
        held(() -> cached(entry.page(), this::loadForReplay), page -> {
            System.arraycopy(entry.words(), 0, page.words, entry.firstWord(), entry.words().length);
            page.unwritten = true;
        });
    }

    /** A page as it was when it was copied to be written. */
    private record Copied(Page page, long sequence, long[] words) {}

    /** Writes the pages that differ from the disk and syncs the file. What they hold is in the journal already. */
    public void writeBack() {
        writeBack(() -> {});
    }

    /**
     * Writes the pages that differ from the disk and syncs the file, some pages at a time. What they hold must be in the
     * journal before they are written: only so can a write that was torn be told from damage.
     *
     * @param journal puts it there; runs whenever pages have been copied and before the copies are written
     */
    public void writeBack(Runnable journal) {
        Iterator<Page> rest = pages.values().iterator();
        while (rest.hasNext()) {
            List<Copied> copies = copyUnwritten(rest);
            boolean written = false;
            try {
                if (!copies.isEmpty()) {
                    journal.run();
                    write(copies);
                }
                written = true;
            } finally {
                settle(copies, written);
            }
        }
    }

    private static List<Copied> copyUnwritten(Iterator<Page> from) {
        List<Copied> copies = new ArrayList<>();
        while (from.hasNext() && copies.size() < WRITE_BATCH) {
            Page page = from.next();
            synchronized (page) {
                if (page.unwritten && !page.damaged) {
                    copies.add(new Copied(page, page.sequence + 1, page.words.clone()));
                    page.unwritten = page.dirty();
                    page.beingWritten = true;
                }
            }
        }
        return copies;
    }

    private void write(List<Copied> copies) {
        StoreFile out = openOrCreateFile();
        ByteBuffer slot = PageSlots.newSlot();
        for (Copied copy : copies) {
            storedPages = Math.max(storedPages, copy.page().number + 1L);
            PageSlots.write(out, number, copy.page().number, copy.sequence(), copy.words(), slot);
        }
        out.sync();
    }

    private static void settle(List<Copied> copies, boolean written) {
        for (Copied copy : copies) {
            Page page = copy.page();
            synchronized (page) {
                page.beingWritten = false;
                if (written) {
                    page.sequence = copy.sequence();
                } else {
                    page.unwritten = true;
                }
            }
        }
    }

    /** Closes the file. Pages that differ from the disk are forgotten: write them first. */
    @Override
    public void close() {
        cache.forget(this);
        pages.clear();
        synchronized (fileLock) {
            StoreFile open = file;
            if (open != null) {
                open.close();
                file = null;
            }
            fileChecked = false;
        }
    }
}
