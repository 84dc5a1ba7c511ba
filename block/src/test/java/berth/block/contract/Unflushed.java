package berth.block.contract;

import berth.block.BlockReader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What an image may hold after a loss of power: for each sector, what was there when everything was durable last, or what
 * was written since. Guarded by the model's lock.
 */
final class Unflushed {
    /** What a disk writes wholly or not at all. */
    private static final int SECTOR = 512;

    private static final int BLOCK = SparseBytes.BLOCK;

    /** The durable bytes, and those after each write since. */
    private final List<SparseBytes> versions = new ArrayList<>();

    Unflushed(SparseBytes now) {
        flushed(now);
    }

    /** Something was written, which is not durable yet. */
    void wrote(SparseBytes now) {
        versions.add(now.copy());
    }

    /** Everything is durable. */
    void flushed(SparseBytes now) {
        versions.clear();
        wrote(now);
    }

    /** Blocks of zeroes below show from now on, which nobody can tell from no blocks. */
    void showZeroesOf(SparseBytes below) {
        versions.forEach(version -> version.addZeroesOf(below));
    }

    /** The image was resized, durably: what was cut off does not come back. */
    void resized(long size) {
        versions.forEach(version -> version.resize(size));
    }

    /**
     * Takes what was found after a loss of power for what the image is now.
     *
     * @param name what a failure calls the image
     * @param found what was found, of the same size
     * @throws AssertionError when a sector is found that never was
     */
    SparseBytes explain(String name, BlockReader found) {
        SparseBytes now = versions.getLast().copy();
        TreeSet<Long> uncertain = new TreeSet<>();
        versions.forEach(version -> version.changes(
                versions.getLast(), 0, now.size(), (offset, length, exists) -> uncertain.add(offset / BLOCK)));
        for (long block : uncertain) {
            int length = (int) Math.min(BLOCK, now.size() - block * BLOCK);
            byte[] bytes = new byte[BLOCK];
            found.read(block * BLOCK, ByteBuffer.wrap(bytes, 0, length));
            for (int at = 0; at < length; at += SECTOR) {
                requireKnown(name, block, at, bytes);
            }
            now.replaceBlock(block, choose(block, bytes));
        }
        // An interrupted growth may have written the block that the end cuts, with what was in it.
        byte @Nullable [] last = now.size() % BLOCK == 0 ? null : now.block(now.size() / BLOCK);
        if (last != null) {
            now.replaceBlock(now.size() / BLOCK, last.clone());
        }
        return now;
    }

    private void requireKnown(String name, long block, int at, byte[] bytes) {
        for (SparseBytes version : versions) {
            byte[] known = known(version, block);
            if (Arrays.equals(known, at, at + SECTOR, bytes, at, at + SECTOR)) {
                return;
            }
        }
        throw new AssertionError("%s, byte %d: %s is none of the %d versions; durable was %s, written last %s"
                .formatted(
                        name,
                        block * BLOCK + at,
                        head(bytes, at),
                        versions.size(),
                        head(known(versions.getFirst(), block), at),
                        head(known(versions.getLast(), block), at)));
    }

    private static byte[] known(SparseBytes version, long block) {
        byte @Nullable [] known = version.block(block);
        return known == null ? new byte[BLOCK] : known;
    }

    private static String head(byte[] bytes, int at) {
        return Arrays.toString(Arrays.copyOfRange(bytes, at, at + 6)) + "...";
    }

    /**
     * The block of the only version that is like what was found, so that it counts as written when that one did. Where
     * there are several, a block of its own; also where only a discarded one is, but there was a block once: the discard
     * may be forgotten and its effect remain.
     */
    private byte @Nullable [] choose(long block, byte[] bytes) {
        Set<byte @Nullable []> alike = Collections.newSetFromMap(new IdentityHashMap<>());
        boolean existed = false;
        for (SparseBytes version : versions) {
            existed |= version.block(block) != null;
            if (Arrays.equals(known(version, block), bytes)) {
                alike.add(version.block(block));
            }
        }
        boolean certain = alike.size() == 1 && !(existed && alike.contains(null));
        return certain ? alike.iterator().next() : bytes;
    }
}
