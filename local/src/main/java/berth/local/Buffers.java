package berth.local;

import java.nio.ByteBuffer;

/** A direct buffer that belongs to a thread, for work within one call. */
final class Buffers {
    private static final ThreadLocal<ByteBuffer> BLOCK = ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(4096));

    private Buffers() {}

    /** One block. */
    static ByteBuffer block() {
        return BLOCK.get().clear();
    }
}
