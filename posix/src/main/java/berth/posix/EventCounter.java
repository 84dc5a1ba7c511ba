package berth.posix;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * An event descriptor ({@code eventfd(2)}): native code, or {@link #signal}, raises it, and one thread waits for it. Any
 * thread may signal; only one at a time may wait.
 */
public final class EventCounter implements AutoCloseable {
    private static final int EFD_CLOEXEC = 02000000;

    private final int fd;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment seen = arena.allocate(JAVA_LONG);
    private final MemorySegment one = arena.allocateFrom(JAVA_LONG, 1);

    private EventCounter(int fd) {
        this.fd = fd;
    }

    /** Makes one that has not been raised. @throws PosixException when the process has too many descriptors */
    public static EventCounter open() {
        return new EventCounter((int) check(Libc.eventfd(0, EFD_CLOEXEC), "eventfd"));
    }

    private static long check(long result, String call) {
        if (result < 0) {
            throw new PosixException(Errno.of((int) -result), call, "event counter");
        }
        return result;
    }

    /** The descriptor's number, for native code that is to raise it; valid until {@link #close}. */
    public int descriptor() {
        return fd;
    }

    /** Waits until it has been raised at least once since the last wait. Blocks the thread in the kernel: not for virtual threads. */
    public void await() {
        long n;
        do {
            n = Libc.read(fd, seen, Long.BYTES);
        } while (n == -Errno.EINTR.number());
        check(n, "read");
    }

    /** Raises it. */
    public void signal() {
        long n;
        do {
            n = Libc.write(fd, one, Long.BYTES);
        } while (n == -Errno.EINTR.number());
        check(n, "write");
    }

    /** Gives the descriptor back; nobody may wait or signal any more. */
    @Override
    public void close() {
        arena.close();
        Libc.close(fd);
    }
}
