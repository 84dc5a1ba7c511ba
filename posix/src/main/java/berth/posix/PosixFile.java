package berth.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An open file descriptor with positional I/O. Offsets and lengths are bytes.
 *
 * <p>Unlike {@link java.nio.channels.FileChannel} it survives the interruption of a thread that uses it, and it
 * keeps the errno of a failed call. Safe for use by several threads; closing it while another thread uses it is the
 * caller's mistake.
 */
public final class PosixFile implements AutoCloseable {
    /** How a file is opened. */
    public enum Mode {
        /** Reading an existing file. */
        READ(0),
        /** Reading and writing an existing file. */
        READ_WRITE(2),
        /** Reading and writing; made with mode 0600 when it does not exist. */
        CREATE(2 | 0100),
        /** Reading and writing a file that must not exist yet; mode 0600. */
        CREATE_NEW(2 | 0100 | 0200);

        private final int flags;

        Mode(int flags) {
            this.flags = flags;
        }
    }

    private static final int O_CLOEXEC = 02000000;
    private static final int SEEK_END = 2;
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;
    private static final int FALLOC_KEEP_SIZE = 1;
    private static final int FALLOC_PUNCH_HOLE = 2;
    private static final int LOCK_EX = 2;
    private static final int LOCK_NB = 4;
    /** Every thread that does I/O with memory of the heap keeps this much; what is large is read into direct buffers. */
    private static final int BOUNCE_BYTES = 64 << 10;

    private static final ThreadLocal<ByteBuffer> BOUNCE =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(BOUNCE_BYTES));

    private final int fd;
    private final String name;
    private final AtomicBoolean closed = new AtomicBoolean();

    private PosixFile(int fd, String name) {
        this.fd = fd;
        this.name = name;
    }

    /**
     * Begins to bind the C library on a thread of its own, and returns at once. Without this the first call of any other
     * method binds it, which takes some 30 ms; a short command has other things to do meanwhile.
     */
    public static void bindAhead() {
        Thread.ofPlatform().daemon().name("bind").start(Libc::bind);
    }

    /**
     * Opens a file or block device.
     *
     * @throws PosixException with the errno of {@code open(2)}
     */
    public static PosixFile open(Path path, Mode mode) {
        String name = path.toString();
        int fd;
        do {
            fd = Libc.open(name, mode.flags | O_CLOEXEC, 0600);
        } while (fd == -Errno.EINTR.number());
        if (fd < 0) {
            throw new PosixException(Errno.of(-fd), "open", name);
        }
        return new PosixFile(fd, name);
    }

    /** The path that the file was opened with. */
    public String name() {
        return name;
    }

    /**
     * Reads into the buffer until it is full or the file ends, and advances the buffer.
     *
     * @return the number of bytes read, less than what was asked only at the end of the file
     */
    public int read(ByteBuffer into, long offset) {
        if (!into.isDirect()) {
            return readBounced(into, offset);
        }
        int start = into.position();
        while (into.hasRemaining()) {
            int done = into.position() - start;
            long n = Libc.pread(fd, MemorySegment.ofBuffer(into), into.remaining(), offset + done);
            if (n == 0) {
                break;
            }
            if (n > 0) {
                into.position(into.position() + (int) n);
            } else {
                failUnlessInterrupted(n, "pread");
            }
        }
        return into.position() - start;
    }

    private int readBounced(ByteBuffer into, long offset) {
        int start = into.position();
        while (into.hasRemaining()) {
            ByteBuffer bounce = BOUNCE.get().clear();
            bounce.limit(Math.min(bounce.capacity(), into.remaining()));
            int asked = bounce.limit();
            int n = read(bounce, offset + (into.position() - start));
            into.put(bounce.flip());
            if (n < asked) {
                break;
            }
        }
        return into.position() - start;
    }

    /** Writes all of the buffer, and advances it. Where it throws, a part may have been written. */
    public void write(ByteBuffer from, long offset) {
        if (!from.isDirect()) {
            writeBounced(from, offset);
            return;
        }
        int start = from.position();
        while (from.hasRemaining()) {
            int done = from.position() - start;
            long n = Libc.pwrite(fd, MemorySegment.ofBuffer(from), from.remaining(), offset + done);
            if (n >= 0) {
                from.position(from.position() + (int) n);
            } else {
                failUnlessInterrupted(n, "pwrite");
            }
        }
    }

    private void writeBounced(ByteBuffer from, long offset) {
        long at = offset;
        while (from.hasRemaining()) {
            ByteBuffer bounce = BOUNCE.get().clear();
            int n = Math.min(bounce.capacity(), from.remaining());
            bounce.put(from.slice(from.position(), n)).flip();
            write(bounce, at);
            from.position(from.position() + n);
            at += n;
        }
    }

    /** Makes the file's data durable, and what of its metadata is needed to read them back. */
    public void dataSync() {
        retry("fdatasync", () -> Libc.fdatasync(fd));
    }

    /** Makes data and metadata durable; on a directory, the names in it. */
    public void sync() {
        retry("fsync", () -> Libc.fsync(fd));
    }

    /** Makes the names in a directory durable. */
    public static void syncDirectory(Path directory) {
        try (PosixFile file = open(directory, Mode.READ)) {
            file.sync();
        }
    }

    /** Sets the size of the file; new bytes read as zeroes and take no space. */
    public void truncate(long size) {
        retry("ftruncate", () -> Libc.ftruncate(fd, size));
    }

    /** Gives the range's space back to the file system; it reads as zeroes afterwards. The size stays. */
    public void punch(long offset, long length) {
        retry("fallocate", () -> Libc.fallocate(fd, FALLOC_PUNCH_HOLE | FALLOC_KEEP_SIZE, offset, length));
    }

    /** Reserves space for the range without changing the size of the file. */
    public void reserve(long offset, long length) {
        retry("fallocate", () -> Libc.fallocate(fd, FALLOC_KEEP_SIZE, offset, length));
    }

    /** The size of the file or block device. */
    public long size() {
        return retry("lseek", () -> Libc.lseek(fd, 0, SEEK_END));
    }

    /** The first offset at or after {@code offset} that holds data; empty when only a hole follows. Devices have no holes. */
    public OptionalLong nextData(long offset) {
        return seek(offset, SEEK_DATA);
    }

    /** The first offset at or after {@code offset} in a hole, or the file's end; empty past the end. */
    public OptionalLong nextHole(long offset) {
        return seek(offset, SEEK_HOLE);
    }

    /** A block device does not know such a question. */
    private OptionalLong withoutHoles(long offset, int whence) {
        long size = size();
        if (offset >= size) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(whence == SEEK_DATA ? offset : size);
    }

    private OptionalLong seek(long offset, int whence) {
        long found = Libc.lseek(fd, offset, whence);
        if (found >= 0) {
            return OptionalLong.of(found);
        }
        if (found == -Errno.ENXIO.number()) {
            return OptionalLong.empty();
        }
        if (found == -Errno.EINVAL.number()) {
            return withoutHoles(offset, whence);
        }
        throw new PosixException(Errno.of((int) -found), "lseek", name);
    }

    /** The same as {@link #tryLock}, but waits for who has it. */
    public void lock() {
        retry("flock", () -> Libc.flock(fd, LOCK_EX));
    }

    /**
     * Takes the exclusive {@code flock} of this descriptor. The kernel gives it up when the process ends, however it
     * ends.
     *
     * @return whether it was taken; false when another descriptor holds it
     */
    public boolean tryLock() {
        int result = Libc.flock(fd, LOCK_EX | LOCK_NB);
        if (result == -Errno.EAGAIN.number()) {
            return false;
        }
        if (result < 0) {
            throw new PosixException(Errno.of(-result), "flock", name);
        }
        return true;
    }

    /**
     * Whether another open file description holds a byte-range lock, shared or exclusive, on any byte of the range. Ranges
     * past the end of the file count like any other.
     *
     * @param length at least 1
     */
    public boolean isRangeLocked(long offset, long length) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment lock = RangeLock.describe(arena, RangeLock.EXCLUSIVE, offset, length);
            retry("fcntl", () -> Libc.fcntl(fd, RangeLock.GET, lock));
            return RangeLock.type(lock) != RangeLock.NONE;
        }
    }

    /**
     * Takes a shared byte-range lock that belongs to this descriptor ("open file description lock"): it ends when the
     * descriptor is closed, however the process ends, and other descriptors of this process count as others.
     *
     * @param length at least 1
     * @return whether it was taken; false when another holds a part of the range exclusively
     */
    public boolean tryLockRangeShared(long offset, long length) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment lock = RangeLock.describe(arena, RangeLock.SHARED, offset, length);
            int result = Libc.fcntl(fd, RangeLock.SET, lock);
            if (result == -Errno.EAGAIN.number() || result == -Errno.EACCES.number()) {
                return false;
            }
            if (result < 0) {
                throw new PosixException(Errno.of(-result), "fcntl", name);
            }
            return true;
        }
    }

    /** Closes the descriptor; a second call does nothing. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            var _ = Libc.close(fd);
        }
    }

    private interface Call {
        long run();
    }

    private long retry(String call, Call body) {
        while (true) {
            long result = body.run();
            if (result >= 0) {
                return result;
            }
            failUnlessInterrupted(result, call);
        }
    }

    private void failUnlessInterrupted(long result, String call) {
        if (result != -Errno.EINTR.number()) {
            throw new PosixException(Errno.of((int) -result), call, name);
        }
    }
}
