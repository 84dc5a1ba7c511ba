package berth.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RemoteStreamsTest {
    private static final long MANY = 100L << 20;

    @TempDir
    Path temp;

    @Test
    void aHundredMebibytesGoThroughUnchangedInPiecesOfAnySize() throws Exception {
        long seed = Long.getLong("berth.seed", System.nanoTime());
        RandomInput in = new RandomInput(seed, MANY);
        CheckingOutput out = new CheckingOutput(seed);
        try (RunningOwner _ = new RunningOwner(temp)) {
            assertThat(run("cat", in, out)).as("seed %d", seed).isZero();
        }
        assertThat(out.count).as("seed %d", seed).isEqualTo(MANY);
    }

    @Test
    void aReaderThatStopsHoldsTheSenderBackInsteadOfFillingMemory() throws Exception {
        RandomInput in = new RandomInput(1, MANY);
        CountDownLatch stalled = new CountDownLatch(1);
        CheckingOutput out = new CheckingOutput(1) {
            @Override
            public void write(byte[] from, int offset, int length) throws IOException {
                try {
                    stalled.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                super.write(from, offset, length);
            }
        };
        try (RunningOwner _ = new RunningOwner(temp)) {
            Thread runner = Thread.ofPlatform().start(() -> run("cat", in, out));
            long before;
            do {
                before = in.taken.get();
                Thread.sleep(200);
            } while (in.taken.get() != before || before == 0);
            // What waits: the owner's window, and what the two directions of the socket hold.
            assertThat(in.taken.get()).isLessThan(8L << 20);
            stalled.countDown();
            runner.join();
        }
        assertThat(out.count).isEqualTo(MANY);
    }

    private int run(String command, InputStream in, OutputStream out) {
        CommandIo io = new CommandIo(in, out, OutputStream.nullOutputStream(), new Cancellation());
        return new StoreAccess(new StoreDirectory(temp), "test", _ -> new ScriptHandler())
                .run(new Invocation(List.of(command), temp, Map.of(), false, false), io);
    }

    /** Bytes from a generator, in pieces of random length. */
    private static final class RandomInput extends InputStream {
        final AtomicLong taken = new AtomicLong();
        private final Random bytes;
        private final Random lengths = new Random(2);
        private final long end;

        RandomInput(long seed, long end) {
            this.bytes = new Random(seed);
            this.end = end;
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException("the client reads pieces");
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            long left = end - taken.get();
            if (left == 0) {
                return -1;
            }
            int n = (int) Math.min(left, 1 + lengths.nextInt(length));
            for (int i = 0; i < n; i++) {
                into[offset + i] = (byte) bytes.nextInt();
            }
            taken.addAndGet(n);
            return n;
        }
    }

    /** Compares what arrives with the same generator. */
    private static class CheckingOutput extends OutputStream {
        long count;
        private final Random bytes;

        CheckingOutput(long seed) {
            this.bytes = new Random(seed);
        }

        @Override
        public void write(int b) {
            throw new UnsupportedOperationException("the client writes pieces");
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            for (int i = 0; i < length; i++) {
                if (from[offset + i] != (byte) bytes.nextInt()) {
                    throw new IOException("byte " + (count + i) + " differs");
                }
            }
            count += length;
        }
    }
}
