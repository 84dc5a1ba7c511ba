package berth.local.page;

import java.util.NavigableSet;

/**
 * The map of a layer: for each 4 KiB block of the disk what the layer has of it. A page describes {@link #PAGE_BLOCKS}
 * blocks (64 MiB). Block numbers are those of the disk, from 0 on. Safe for use by several threads.
 */
public final class LayerMap {
    /** Bytes of a block. */
    public static final int BLOCK_BYTES = 4096;
    /** The binary logarithm of {@link #BLOCK_BYTES}. */
    public static final int BLOCK_SHIFT = 12;
    /** Blocks that one page describes. */
    public static final int PAGE_BLOCKS = Page.WORDS * 32;
    /** The binary logarithm of {@link #PAGE_BLOCKS}. */
    public static final int PAGE_SHIFT = 14;

    private static final long LOW_BITS = 0x5555_5555_5555_5555L;

    private static final PageView EMPTY = new PageView(new long[Page.WORDS]);

    private final PageFile file;

    /** The map in the given page file. */
    public LayerMap(PageFile file) {
        this.file = file;
    }

    /** The page file under it. */
    public PageFile file() {
        return file;
    }

    /** The state of one block. */
    public BlockState get(long block) {
        int inPage = (int) (block & (PAGE_BLOCKS - 1));
        long word = file.word((int) (block >>> PAGE_SHIFT), inPage >>> 5);
        return BlockState.of((word >>> ((inPage & 31) << 1)) & 3);
    }

    /** Sets the state of blocks {@code from} to {@code to}, exclusive. */
    public void set(long from, long to, BlockState state) {
        long at = from;
        while (at < to) {
            int page = (int) (at >>> PAGE_SHIFT);
            long pageEnd = Math.min(to, (page + 1L) << PAGE_SHIFT);
            setInPage(page, (int) (at & (PAGE_BLOCKS - 1)), (int) (pageEnd - ((long) page << PAGE_SHIFT)), state);
            at = pageEnd;
        }
    }

    private void setInPage(int page, int from, int to, BlockState state) {
        long pattern = LOW_BITS * state.bits();
        int firstWord = from >>> 5;
        int lastWord = (to - 1) >>> 5;
        long firstMask = -1L << ((from & 31) << 1);
        long lastMask = -1L >>> (62 - (((to - 1) & 31) << 1));
        if (firstWord == lastWord) {
            long mask = firstMask & lastMask;
            file.update(page, firstWord, firstWord + 1, old -> (old & ~mask) | (pattern & mask));
            return;
        }
        file.update(page, firstWord, firstWord + 1, old -> (old & ~firstMask) | (pattern & firstMask));
        if (lastWord > firstWord + 1) {
            file.update(page, firstWord + 1, lastWord, _ -> pattern);
        }
        file.update(page, lastWord, lastWord + 1, old -> (old & ~lastMask) | (pattern & lastMask));
    }

    /** A copy of one page of the map. */
    public PageView page(int page) {
        if (file.surelyEmpty(page)) {
            return EMPTY;
        }
        long[] words = new long[Page.WORDS];
        file.copy(page, words);
        return new PageView(words);
    }

    /** The pages that can have blocks that are not absent, in order. */
    public NavigableSet<Integer> pages() {
        return file.knownPages();
    }

    /** Whether all blocks are absent. */
    public boolean isEmpty() {
        for (int page : pages()) {
            if (!page(page).isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /** The number of blocks with data. */
    public long dataBlocks() {
        long count = 0;
        for (int page : pages()) {
            count += page(page).dataBlocks();
        }
        return count;
    }

    /** A page of a map at one moment. Indexes are blocks within the page. */
    public static final class PageView {
        private final long[] words;

        private PageView(long[] words) {
            this.words = words;
        }

        /** The state of a block. */
        public BlockState get(int index) {
            return BlockState.of((words[index >>> 5] >>> ((index & 31) << 1)) & 3);
        }

        /** The first index after {@code index} at which the state is another one, or {@link #PAGE_BLOCKS}. */
        public int runEnd(int index) {
            long state = (words[index >>> 5] >>> ((index & 31) << 1)) & 3;
            long pattern = LOW_BITS * state;
            int word = index >>> 5;
            long differing = (words[word] ^ pattern) & (-1L << ((index & 31) << 1));
            while (differing == 0) {
                if (++word == Page.WORDS) {
                    return PAGE_BLOCKS;
                }
                differing = words[word] ^ pattern;
            }
            return (word << 5) + (Long.numberOfTrailingZeros(differing) >>> 1);
        }

        /** Whether all blocks are absent. */
        public boolean isEmpty() {
            for (long word : words) {
                if (word != 0) {
                    return false;
                }
            }
            return true;
        }

        /** The number of blocks with data. */
        public int dataBlocks() {
            int count = 0;
            for (long word : words) {
                count += Long.bitCount(word & ~(word >>> 1) & LOW_BITS);
            }
            return count;
        }
    }
}
