package berth.local.page;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Checksums of a layer's blocks: CRC32C of 4 KiB, two to a word, so that a page has those of 4 MiB. A block whose
 * checksum is 0 has none yet; a CRC32C of 0 is kept as 1. Safe for use by several threads.
 */
public final class ChecksumMap {
    /** Blocks whose checksums are on one page. */
    public static final int PAGE_BLOCKS = Page.WORDS * 2;

    private static final long LOW = 0xffff_ffffL;

    private final PageFile file;

    /** The checksums in the given page file. */
    public ChecksumMap(PageFile file) {
        this.file = file;
    }

    /** The page file under it. */
    public PageFile file() {
        return file;
    }

    /** The checksum of the bytes from position to limit. */
    public static int of(ByteBuffer block) {
        CRC32C crc = new CRC32C();
        crc.update(block.duplicate());
        return crc.getValue() == 0 ? 1 : (int) crc.getValue();
    }

    /** The checksum of a block; 0 when it has none. */
    public int get(long block) {
        long word = file.word(page(block), word(block));
        return (int) (isHigh(block) ? word >>> 32 : word);
    }

    /** Sets the checksum of a block. */
    public void set(long block, int checksum) {
        long value = checksum & LOW;
        file.update(
                page(block),
                word(block),
                word(block) + 1,
                old -> isHigh(block) ? (old & LOW) | (value << 32) : (old & ~LOW) | value);
    }

    private static int page(long block) {
        return (int) (block / PAGE_BLOCKS);
    }

    private static int word(long block) {
        return (int) (block % PAGE_BLOCKS) / 2;
    }

    private static boolean isHigh(long block) {
        return (block & 1) != 0;
    }
}
