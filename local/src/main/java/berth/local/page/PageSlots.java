package berth.local.page;

import berth.block.BlockException;
import berth.block.Problem;
import berth.block.Zeroes;
import berth.local.io.StoreFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalLong;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Pages on disk. Page <em>n</em> has two slots of 4160 bytes from byte <em>8320 n</em> on: a header of 64 bytes
 * (little-endian: magic, CRC32C of the rest of the slot, sequence number, file number, page number, zeroes) and 512
 * words. The valid slot is the intact one with the higher sequence number.
 */
final class PageSlots {
    static final int SLOT_BYTES = 64 + 8 * Page.WORDS;
    static final long PAGE_BYTES = 2L * SLOT_BYTES;

    private static final int MAGIC = 0x50525442; // "BTRP"
    private static final int CRC_START = 8;
    private static final int WORDS_START = 64;

    private PageSlots() {}

    /**
     * Reads a page; one that was never written is all zero.
     *
     * @throws BlockException {@link Problem#CORRUPT} when a slot that was written is not intact
     */
    static Page read(StoreFile file, long fileNumber, int number) {
        Slots slots = Slots.read(file, fileNumber, number);
        if (slots.damaged() > 0) {
            throw damage(fileNumber, number);
        }
        return slots.newest();
    }

    /**
     * Reads a page of which the journal says everything that its last write could have been about: one slot may have been
     * torn by that. Where both are not intact, the page is {@linkplain Page#damaged damaged}.
     */
    static Page readForReplay(StoreFile file, long fileNumber, int number) {
        Slots slots = Slots.read(file, fileNumber, number);
        Page page = slots.newest();
        page.damaged = slots.damaged() > 1;
        return page;
    }

    static BlockException damage(long fileNumber, int number) {
        return new BlockException(
                Problem.CORRUPT, "map " + Long.toHexString(fileNumber) + " is damaged: page " + number);
    }

    /** What can be read of a damaged page, zeroes if nothing; null when the page is not damaged. */
    static @Nullable Page salvage(StoreFile file, long fileNumber, int number) {
        Slots slots = Slots.read(file, fileNumber, number);
        return slots.damaged() == 0 ? null : slots.newest();
    }

    /** The two slots of a page, and how many of them were written and cannot be read. */
    private record Slots(Page first, Page second, int damaged) {
        static Slots read(StoreFile file, long fileNumber, int number) {
            ByteBuffer both = ByteBuffer.allocate((int) PAGE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            file.read(both, number * PAGE_BYTES);
            both.clear();
            Page first = decode(slot(both, 0), fileNumber, number);
            Page second = decode(slot(both, 1), fileNumber, number);
            return new Slots(first, second, unreadable(both, 0, first) + unreadable(both, 1, second));
        }

        Page newest() {
            return first.sequence >= second.sequence ? first : second;
        }
    }

    /** 1 for a slot that was written and cannot be read, 0 for others. */
    private static int unreadable(ByteBuffer both, int index, Page decoded) {
        return decoded.sequence == 0 && !Zeroes.isZero(slot(both, index)) ? 1 : 0;
    }

    private static ByteBuffer slot(ByteBuffer both, int index) {
        return both.slice(index * SLOT_BYTES, SLOT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static Page decode(ByteBuffer slot, long fileNumber, int number) {
        Page none = new Page(number, new long[Page.WORDS], 0);
        if (slot.getInt(0) != MAGIC
                || slot.getInt(4) != crc(slot)
                || slot.getLong(16) != fileNumber
                || slot.getInt(24) != number) {
            return none;
        }
        slot.slice(WORDS_START, 8 * Page.WORDS)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asLongBuffer()
                .get(none.words);
        none.sequence = slot.getLong(8);
        return none;
    }

    /** Memory to encode pages in, one after the other. */
    static ByteBuffer newSlot() {
        return ByteBuffer.allocateDirect(SLOT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Writes a page to the slot that {@code sequence} selects; durable after the file's sync.
     *
     * @param slot of {@link #newSlot}
     */
    static void write(StoreFile file, long fileNumber, int number, long sequence, long[] words, ByteBuffer slot) {
        slot.clear()
                .putInt(0, MAGIC)
                .putLong(8, sequence)
                .putLong(16, fileNumber)
                .putInt(24, number);
        slot.slice(WORDS_START, 8 * Page.WORDS)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asLongBuffer()
                .put(words);
        slot.putInt(4, crc(slot));
        file.write(slot, number * PAGE_BYTES + (sequence & 1) * SLOT_BYTES);
    }

    private static int crc(ByteBuffer slot) {
        CRC32C crc = new CRC32C();
        crc.update(slot.slice(CRC_START, SLOT_BYTES - CRC_START));
        return (int) crc.getValue();
    }

    /** The number of pages that the file is long enough for. */
    static long count(StoreFile file) {
        return (file.size() + PAGE_BYTES - 1) / PAGE_BYTES;
    }

    /** The first page from {@code number} on that may be stored; empty when none is. */
    static OptionalLong nextStored(StoreFile file, long number) {
        OptionalLong data = file.nextData(number * PAGE_BYTES);
        return data.isEmpty() ? data : OptionalLong.of(Math.max(number, data.getAsLong() / PAGE_BYTES));
    }
}
