package berth.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/** The {@code struct flock} of {@code fcntl(2)} as x86-64 and AArch64 Linux have it, and its constants. */
final class RangeLock {
    /** {@code F_OFD_GETLK}. */
    static final int GET = 36;
    /** {@code F_OFD_SETLK}. */
    static final int SET = 37;
    /** {@code F_RDLCK}. */
    static final short SHARED = 0;
    /** {@code F_WRLCK}. */
    static final short EXCLUSIVE = 1;
    /** {@code F_UNLCK}: what {@link #GET} leaves in the type when nobody stands in the way. */
    static final short NONE = 2;

    private static final StructLayout LAYOUT = MemoryLayout.structLayout(
            JAVA_SHORT.withName("type"),
            JAVA_SHORT.withName("whence"),
            MemoryLayout.paddingLayout(4),
            JAVA_LONG.withName("start"),
            JAVA_LONG.withName("length"),
            JAVA_INT.withName("pid"),
            MemoryLayout.paddingLayout(4));
    private static final VarHandle TYPE = field("type");
    private static final VarHandle START = field("start");
    private static final VarHandle LENGTH = field("length");

    private RangeLock() {}

    private static VarHandle field(String name) {
        return LAYOUT.varHandle(PathElement.groupElement(name)).withInvokeExactBehavior();
    }

    /** A lock that counts from the start of the file; the pid is 0, as locks of open file descriptions need it. */
    static MemorySegment describe(Arena arena, short type, long offset, long length) {
        MemorySegment lock = arena.allocate(LAYOUT);
        TYPE.set(lock, 0L, type);
        START.set(lock, 0L, offset);
        LENGTH.set(lock, 0L, length);
        return lock;
    }

    static short type(MemorySegment lock) {
        return (short) TYPE.get(lock, 0L);
    }
}
