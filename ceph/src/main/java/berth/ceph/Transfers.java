package berth.ceph;

import berth.block.BlockException;
import berth.block.Limits;
import berth.block.Problem;
import berth.ceph.lib.RbdImage;
import berth.ceph.lib.RbdImage.DiffRange;
import berth.ceph.lib.RbdIo;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Moves bytes between buffers and an open image. */
final class Transfers {
    /** The most that librbd gets in one request. */
    private static final int MAX_REQUEST_BYTES = 16 << 20;
    /** Ranges beyond this are zeroed only where there is something. */
    private static final long MAX_ZEROED_BLINDLY = 256L << 20;
    /** Ranges beyond this, which no request of NBD reaches, have zeroes stored only where there is something. */
    private static final long MAX_STORED_BLINDLY = 4L << 30;
    /** How much of a huge range is looked at in one step. */
    private static final long LOOK_BYTES = 1L << 40;

    private final Handle handle;

    Transfers(Handle handle) {
        this.handle = handle;
    }

    private Task task(String what) {
        return Task.image(what, handle.pool().toString());
    }

    void read(long offset, ByteBuffer into) {
        handle.transfer(task("reading"), (image, io) -> {
            Limits.checkRange(offset, into.remaining(), image.size());
            int start = into.position();
            while (into.hasRemaining()) {
                ByteBuffer part = part(into);
                long at = offset + (into.position() - start);
                if (into.isDirect()) {
                    io.read(at, MemorySegment.ofBuffer(part));
                } else {
                    readBounced(io, at, part);
                }
                into.position(into.position() + part.capacity());
            }
        });
    }

    private static ByteBuffer part(ByteBuffer buffer) {
        return buffer.slice(buffer.position(), Math.min(buffer.remaining(), MAX_REQUEST_BYTES));
    }

    private static void readBounced(RbdIo io, long offset, ByteBuffer into) {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(into.remaining());
            io.read(offset, memory);
            MemorySegment.ofBuffer(into).copyFrom(memory);
        }
    }

    void write(long offset, ByteBuffer from) {
        handle.transfer(task("writing"), (image, io) -> {
            Limits.checkRange(offset, from.remaining(), image.size());
            int start = from.position();
            while (from.hasRemaining()) {
                ByteBuffer part = part(from);
                long at = offset + (from.position() - start);
                if (from.isDirect()) {
                    io.write(at, MemorySegment.ofBuffer(part));
                } else {
                    writeBounced(io, at, part);
                }
                from.position(from.position() + part.capacity());
            }
        });
    }

    private static void writeBounced(RbdIo io, long offset, ByteBuffer from) {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(from.remaining());
            memory.copyFrom(MemorySegment.ofBuffer(from));
            io.write(offset, memory);
        }
    }

    /**
     * Makes a range read as zeroes, to the byte.
     *
     * @param keepSpace whether the zeroes are stored, so that a later write finds its space, rather than the space given
     *     back; in a huge range they are stored only where there is something, for nobody has so much space
     */
    void zero(long offset, long length, boolean keepSpace) {
        Task task = task(keepSpace ? "storing zeroes" : "zeroing");
        handle.transfer(task, (image, io) -> Limits.checkRange(offset, length, image.size()));
        if (length <= (keepSpace ? MAX_STORED_BLINDLY : MAX_ZEROED_BLINDLY)) {
            zeroInSteps(task, offset, offset + length, keepSpace);
            return;
        }
        for (long at = offset; at < offset + length; at += LOOK_BYTES) {
            long step = Math.min(LOOK_BYTES, offset + length - at);
            long from = at;
            for (long[] stored : handle.call(task, image -> stored(image, from, step))) {
                zeroInSteps(task, stored[0], stored[1], keepSpace);
            }
        }
    }

    private void zeroInSteps(Task task, long start, long end, boolean keepSpace) {
        for (long at = start; at < end; at += MAX_ZEROED_BLINDLY) {
            long from = at;
            long length = Math.min(MAX_ZEROED_BLINDLY, end - from);
            handle.transfer(task, (image, io) -> {
                if (from + length > image.size()) {
                    throw new BlockException(Problem.OUT_OF_RANGE, "the image was made smaller meanwhile");
                }
                io.zero(from, length, keepSpace);
            });
        }
    }

    /** The parts of a range in which objects exist, here or in the parent, as start and end; neighbours are joined. */
    private static List<long[]> stored(RbdImage image, long offset, long length) {
        List<long[]> ranges = new ArrayList<>();
        image.diff(new DiffRange(Optional.empty(), offset, length, true, true), (at, n, exists) -> {
            if (!ranges.isEmpty() && ranges.getLast()[1] == at) {
                ranges.getLast()[1] = at + n;
            } else {
                ranges.add(new long[] {at, at + n});
            }
        });
        return ranges;
    }

    void flush() {
        handle.transfer(task("flushing"), (image, io) -> io.flush());
    }
}
