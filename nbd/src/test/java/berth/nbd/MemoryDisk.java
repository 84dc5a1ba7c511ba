package berth.nbd;

import berth.block.BlockDevice;
import berth.block.BlockException;
import berth.block.Extent;
import berth.block.ExtentMerger;
import berth.block.ExtentSink;
import berth.block.Limits;
import berth.block.Problem;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A disk in an array, that knows which of its 4 KiB blocks hold data, and that can be made to fail. */
final class MemoryDisk implements BlockDevice {
    private static final int BLOCK = 4096;

    private final byte[] bytes;
    private final Extent.Kind[] kinds;
    private final boolean readOnly;

    /** How many threads serve a connection to it at most. */
    volatile int usefulThreads = 1;

    /** The number of flushes. */
    final AtomicInteger flushes = new AtomicInteger();

    /** The number of closes. */
    final AtomicInteger closes = new AtomicInteger();

    /** Whether the last {@link #writeZeroes} was allowed to unmap. */
    volatile boolean lastMayUnmap;
    /** Whether zeroes that keep their space are written. */
    volatile boolean storesZeroes;

    private volatile Consumer<String> before = operation -> {};

    MemoryDisk(int size) {
        this(size, false);
    }

    MemoryDisk(int size, boolean readOnly) {
        bytes = new byte[size];
        kinds = new Extent.Kind[(size + BLOCK - 1) / BLOCK];
        Arrays.fill(kinds, Extent.Kind.UNALLOCATED);
        this.readOnly = readOnly;
    }

    /** Runs {@code hook} with the name of the operation before each. */
    void before(Consumer<String> hook) {
        before = hook;
    }

    /** Makes every operation of that name fail. */
    void failOn(String operation, Problem problem, String message) {
        before(name -> {
            if (name.equals(operation)) {
                throw new BlockException(problem, message);
            }
        });
    }

    /** Makes operations of that name wait; the first result counts down when one does, the second lets them go. */
    CountDownLatch[] blockOn(String operation) {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        before(name -> {
            if (name.equals(operation)) {
                reached.countDown();
                awaitUninterrupted(release);
            }
        });
        return new CountDownLatch[] {reached, release};
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A copy of a part of the disk. */
    synchronized byte[] copy(int offset, int length) {
        return Arrays.copyOfRange(bytes, offset, offset + length);
    }

    @Override
    public boolean readOnly() {
        return readOnly;
    }

    @Override
    public long size() {
        return bytes.length;
    }

    @Override
    public void read(long offset, ByteBuffer into) {
        before.accept("read");
        Limits.checkRange(offset, into.remaining(), bytes.length);
        synchronized (this) {
            into.put(bytes, (int) offset, into.remaining());
        }
    }

    @Override
    public void write(long offset, ByteBuffer from) {
        before.accept("write");
        int length = from.remaining();
        Limits.checkRange(offset, length, bytes.length);
        synchronized (this) {
            from.get(bytes, (int) offset, length);
            mark(offset, length, Extent.Kind.DATA, true);
        }
    }

    @Override
    public void writeZeroes(long offset, long length, boolean mayUnmap) {
        before.accept("writeZeroes");
        lastMayUnmap = mayUnmap;
        zero(offset, length, Extent.Kind.ZERO);
    }

    @Override
    public void discard(long offset, long length) {
        before.accept("discard");
        zero(offset, length, Extent.Kind.UNALLOCATED);
    }

    private synchronized void zero(long offset, long length, Extent.Kind kind) {
        Limits.checkRange(offset, length, bytes.length);
        Arrays.fill(bytes, (int) offset, (int) (offset + length), (byte) 0);
        mark(offset, length, kind, false);
    }

    private void mark(long offset, long length, Extent.Kind kind, boolean partialBlocks) {
        int first = (int) ((offset + (partialBlocks ? 0 : BLOCK - 1)) / BLOCK);
        boolean toEnd = offset + length == bytes.length;
        int end = (int) ((offset + length + (partialBlocks || toEnd ? BLOCK - 1 : 0)) / BLOCK);
        for (int i = first; i < end; i++) {
            kinds[i] = kind;
        }
    }

    @Override
    public void flush() {
        before.accept("flush");
        flushes.incrementAndGet();
    }

    @Override
    public int usefulThreads() {
        return usefulThreads;
    }

    @Override
    public boolean zeroesFast(boolean mayUnmap) {
        return mayUnmap || !storesZeroes;
    }

    @Override
    public synchronized void extents(long offset, long length, ExtentSink sink) {
        before.accept("extents");
        Limits.checkRange(offset, length, bytes.length);
        ExtentMerger merger = new ExtentMerger(sink);
        long end = offset + length;
        for (long at = offset; at < end; ) {
            long next = Math.min(end, (at / BLOCK + 1) * BLOCK);
            merger.accept(at, next - at, kinds[(int) (at / BLOCK)]);
            at = next;
        }
        merger.finish();
    }

    @Override
    public void close() {
        closes.incrementAndGet();
    }
}
