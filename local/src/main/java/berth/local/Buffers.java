package berth.local;

import java.nio.ByteBuffer;

/** Direct buffers that belong to a thread, for work within one call. */
final class Buffers {
    private static final ThreadLocal<ByteBuffer> BLOCK = ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(4096));
    private static final ThreadLocal<ByteBuffer> COPY =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(1 << 20));

    private Buffers() {}

    /** One block. */
    static ByteBuffer block() {
        return BLOCK.get().clear();
    }

    /** 1 MiB, for copying. */
    static ByteBuffer copy() {
        return COPY.get().clear();
    }
}
