package berth.nbd;

import berth.block.contract.SparseBytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One connection that reads and writes its own region of a disk at random, and knows what must be there. Regions need not
 * end between blocks. Used by one thread at a time, but for the two counters.
 */
final class RegionClient implements AutoCloseable {
    private static final int MAX_BYTES = 40_000;
    /** Most requests go this close to the region's ends. */
    private static final int EDGE = 120_000;

    private final Random random;
    private final long start;
    private final long length;
    private final List<SparseBytes> versions = new ArrayList<>();
    private TestClient client;
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();

    RegionClient(long seed, long start, long length) {
        this.random = new Random(seed);
        this.start = start;
        this.length = length;
        become(new SparseBytes(length));
    }

    void connect(NbdServer server, String export) throws IOException {
        client = TestClient.simple(server, export);
    }

    /** The region was set to other bytes: nothing before counts any more. */
    void become(SparseBytes bytes) {
        versions.clear();
        versions.add(bytes.copy());
        begun.set(0);
        done.set(0);
    }

    long start() {
        return start;
    }

    long length() {
        return length;
    }

    /** What must be in the region now. */
    SparseBytes now() {
        return versions.getLast();
    }

    /** How many requests have been answered since {@link #become}. */
    int done() {
        return done.get();
    }

    /** How many requests have been sent since {@link #become}. */
    int begun() {
        return begun.get();
    }

    /** What the region was after so many requests. */
    SparseBytes after(int requests) {
        return versions.get(requests);
    }

    /** Makes so many requests, each after the answer to the one before. */
    Callable<Void> requests(int count) {
        return () -> {
            for (int i = 0; i < count; i++) {
                SparseBytes next = now().copy();
                begun.incrementAndGet();
                request(next);
                versions.add(next);
                done.incrementAndGet();
            }
            return null;
        };
    }

    private void request(SparseBytes next) throws IOException {
        int n = 1 + random.nextInt(random.nextInt(4) == 0 ? MAX_BYTES : 9000);
        long within = random.nextInt(EDGE - n);
        long offset = random.nextBoolean() ? within : length - n - within;
        offset = random.nextBoolean() ? offset : Math.max(0, offset - (start + offset) % SparseBytes.BLOCK);
        int fua = random.nextInt(20) == 0 ? Protocol.CMD_FLAG_FUA : 0;
        int error = 0;
        switch (random.nextInt(20)) {
            case 0, 1, 2, 3, 4, 5, 6, 7, 8 -> {
                byte[] bytes = new byte[n];
                random.nextBytes(bytes);
                next.write(offset, bytes);
                client.ask(fua, Protocol.CMD_WRITE, 1, start + offset, n, bytes);
                error = client.answer(0).error();
            }
            case 9, 10, 11 -> {
                next.zero(offset, n, false);
                error = client.error(fua, Protocol.CMD_TRIM, start + offset, n);
            }
            case 12, 13 -> {
                int noHole = random.nextBoolean() ? Protocol.CMD_FLAG_NO_HOLE : 0;
                next.zero(offset, n, false);
                error = client.error(fua | noHole, Protocol.CMD_WRITE_ZEROES, start + offset, n);
            }
            case 14 -> error = client.error(0, Protocol.CMD_FLUSH, 0, 0);
            default -> compare(offset, next.read(offset, n), client.read(start + offset, n));
        }
        if (error != 0) {
            throw new AssertionError("a request for " + n + " bytes at " + (start + offset) + " failed with " + error);
        }
    }

    /** Reads all of the region and compares it. */
    Callable<Void> comparison() {
        return () -> {
            for (long at = 0; at < length; at += 1 << 20) {
                int n = (int) Math.min(1 << 20, length - at);
                compare(at, now().read(at, n), client.read(start + at, n));
            }
            return null;
        };
    }

    private void compare(long offset, byte[] expected, byte[] actual) {
        int mismatch = Arrays.mismatch(expected, actual);
        if (mismatch >= 0) {
            throw new AssertionError("byte %d is %d and should be %d, after %d requests"
                    .formatted(start + offset + mismatch, actual[mismatch], expected[mismatch], done.get()));
        }
    }

    @Override
    public void close() throws IOException {
        if (client != null) {
            client.send(TestClient.request(0, Protocol.CMD_DISC, 0, 0, 0));
            client.isDropped();
            client.close();
        }
    }
}
