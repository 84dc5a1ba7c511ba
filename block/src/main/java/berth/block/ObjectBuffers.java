package berth.block;

import java.util.concurrent.ConcurrentLinkedQueue;

/** Buffers of 4 MiB that are used again, as many as were ever in use at a time. Safe for use by several threads. */
public final class ObjectBuffers {
    private final ConcurrentLinkedQueue<ObjectBuffer> spare = new ConcurrentLinkedQueue<>();

    /** No buffers yet. */
    public ObjectBuffers() {}

    /** A buffer that is all zero; the caller gives it back. */
    public ObjectBuffer take() {
        ObjectBuffer buffer = spare.poll();
        if (buffer == null) {
            return new ObjectBuffer();
        }
        buffer.clear();
        return buffer;
    }

    /** Takes a buffer back, which the caller uses no more. */
    public void giveBack(ObjectBuffer buffer) {
        spare.add(buffer);
    }
}
