package berth.fuzz;

import berth.block.BlockException;
import berth.block.BlockReader;
import berth.block.Extent;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Reads a disk as a copy of it would: all extents, and the beginnings of some that hold data. */
final class DiskUse {
    private static final int MAX_READS = 8;
    private static final int READ_BYTES = 32 << 10;
    private static final int MAX_NOTED = 64;

    private DiskUse() {}

    /**
     * Uses a disk whose metadata were checked.
     *
     * @param sound whether the check found nothing, so that only compressed clusters may turn out to be damaged
     */
    static void read(BlockReader disk, boolean sound) {
        List<Extent> data = new ArrayList<>();
        try {
            extents(disk, data);
            for (int i = 0; i < Math.min(MAX_READS, data.size()); i++) {
                read(disk, data.get(i), i % 2 == 0);
            }
        } catch (BlockException e) {
            if (sound && !String.valueOf(e.getMessage()).endsWith("is damaged")) {
                throw new BrokenPromise("the check found nothing, but reading failed", e);
            }
            throw e;
        }
    }

    private static void extents(BlockReader disk, List<Extent> data) {
        long[] end = {0};
        disk.extents(0, disk.size(), (offset, length, kind) -> {
            if (offset != end[0] || length <= 0) {
                throw new BrokenPromise("an extent of " + length + " bytes at " + offset + " follows byte " + end[0]);
            }
            end[0] += length;
            if (kind == Extent.Kind.DATA && data.size() < MAX_NOTED) {
                data.add(new Extent(offset, length, kind));
            }
        });
        if (end[0] != disk.size()) {
            throw new BrokenPromise("the extents end at " + end[0] + ", the disk at " + disk.size());
        }
    }

    private static void read(BlockReader disk, Extent extent, boolean direct) {
        int length = (int) Math.min(extent.length(), READ_BYTES);
        ByteBuffer into = direct ? Direct.BUFFER.clear().limit(length) : ByteBuffer.allocate(length);
        disk.read(extent.offset(), into);
        if (into.hasRemaining()) {
            throw new BrokenPromise("a read of " + length + " bytes left " + into.remaining() + " out");
        }
    }

    /** Memory outside of the heap is not worth taking anew for each input. */
    private static final class Direct {
        static final ByteBuffer BUFFER = ByteBuffer.allocateDirect(READ_BYTES);
    }
}
