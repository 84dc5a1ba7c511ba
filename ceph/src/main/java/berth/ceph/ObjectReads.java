package berth.ceph;

import berth.block.BlockReader;
import berth.block.Extent;
import berth.block.ObjectBuffer;

/** Reads objects of {@link ObjectBuffer#BYTES} of a disk, only where there is something. */
final class ObjectReads {
    private ObjectReads() {}

    /** How many bytes of an object are within {@code size} bytes. */
    static int length(long object, long size) {
        return Math.clamp(size - object * ObjectBuffer.BYTES, 0, ObjectBuffer.BYTES);
    }

    /** How many objects a disk of {@code size} bytes has. */
    static long count(long size) {
        return Math.ceilDiv(size, ObjectBuffer.BYTES);
    }

    /**
     * Reads an object, as far as the disk goes.
     *
     * @param into is emptied first, and normalized at the end
     * @return how many bytes the object has
     */
    static int read(BlockReader disk, long object, ObjectBuffer into) {
        into.clear();
        int length = length(object, disk.size());
        if (length > 0) {
            long start = object * ObjectBuffer.BYTES;
            disk.extents(start, length, (offset, n, kind) -> {
                if (kind == Extent.Kind.DATA) {
                    int first = (int) (offset - start);
                    disk.read(offset, into.claim(first, first + (int) n));
                }
            });
            into.normalize(length);
        }
        return length;
    }
}
