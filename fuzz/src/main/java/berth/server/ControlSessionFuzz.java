package berth.server;

import berth.fuzz.BrokenPromise;
import berth.fuzz.Promise;
import berth.fuzz.ScriptedSocket;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The input is what a client of the control socket sends to the owner of a store: greeting, command, its input. */
public final class ControlSessionFuzz {
    private static final Promise PROMISE = Promise.of(16 << 20);
    private static final String VERSION = "1";

    private ControlSessionFuzz() {}

    /** Runs the command, if it becomes one; it copies its input to its output. */
    public static void fuzzerTestOneInput(byte[] input) {
        PROMISE.hold(() -> {
            Client client = new Client(input);
            Echo echo = new Echo(client);
            new ControlSession(client, echo, VERSION).run();
            Throwable failure = echo.failure.get();
            if (failure != null) {
                throw new BrokenPromise("the command failed", failure);
            }
        });
    }

    /**
     * A client whose input waits for the first credit, as that of a well-behaved one does: otherwise it would depend on
     * the threads' speed how far the input goes.
     */
    private static final class Client extends ScriptedSocket {
        /** Those that take the greeting and the command, header and payload. */
        private static final int READS_BEFORE_INPUT = 4;

        private final CountDownLatch mayGoOn = new CountDownLatch(1);
        private int reads;

        Client(byte[] script) {
            super(script);
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            if (++reads > READS_BEFORE_INPUT && hasMore()) {
                try {
                    mayGoOn.await();
                } catch (InterruptedException e) {
                    throw new InterruptedIOException();
                }
            }
            return super.read(into);
        }

        @Override
        public int write(ByteBuffer from) throws IOException {
            if (from.hasRemaining() && from.get(from.position()) == FrameType.CREDIT.code()) {
                mayGoOn.countDown();
            }
            return super.write(from);
        }
    }

    private static final class Echo implements CommandHandler {
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        private final Client client;

        Echo(Client client) {
            this.client = client;
        }

        @Override
        public int run(Invocation invocation, CommandIo io) {
            try {
                io.out().write(invocation.resolve("file").toString().getBytes(StandardCharsets.UTF_8));
                io.in().transferTo(io.out());
                return 0;
            } catch (IOException e) {
                return 1;
            } catch (RuntimeException | Error e) {
                failure.set(e);
                throw e;
            } finally {
                client.mayGoOn.countDown();
            }
        }

        @Override
        public void close() {}
    }
}
