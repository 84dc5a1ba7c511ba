package berth.local.page;

import berth.block.ObjectDigest;
import org.jspecify.annotations.Nullable;

/**
 * Which objects of an image have been filled from its origin, and their digests: two words per object. An object counts
 * as filled when its digest is there. Safe for use by several threads.
 */
public final class FillMap {
    private static final int PAGE_OBJECTS = Page.WORDS / 2;

    private final PageFile file;

    /** The map in the given page file. */
    public FillMap(PageFile file) {
        this.file = file;
    }

    /** The page file under it. */
    public PageFile file() {
        return file;
    }

    /** The object's digest; null while it is not filled. */
    public @Nullable ObjectDigest digest(long object) {
        int page = (int) (object / PAGE_OBJECTS);
        int word = (int) (object % PAGE_OBJECTS) * 2;
        // The low word is written last, so that a digest whose low word is there is whole.
        long low = file.word(page, word + 1);
        return low == 0 ? null : new ObjectDigest(file.word(page, word), low);
    }

    /** Whether the object is filled. */
    public boolean isFilled(long object) {
        return file.word((int) (object / PAGE_OBJECTS), (int) (object % PAGE_OBJECTS) * 2 + 1) != 0;
    }

    /** Marks an object as filled. */
    public void put(long object, ObjectDigest digest) {
        int page = (int) (object / PAGE_OBJECTS);
        int word = (int) (object % PAGE_OBJECTS) * 2;
        file.update(page, word, word + 1, _ -> digest.high());
        file.update(page, word + 1, word + 2, _ -> digest.low());
    }

    /** The number of filled objects among the first {@code objects}. */
    public long count(long objects) {
        long count = 0;
        for (int page : file.knownPages()) {
            long[] words = new long[Page.WORDS];
            file.copy(page, words);
            long first = (long) page * PAGE_OBJECTS;
            for (int i = 0; i < PAGE_OBJECTS && first + i < objects; i++) {
                count += words[2 * i + 1] != 0 ? 1 : 0;
            }
        }
        return count;
    }
}
