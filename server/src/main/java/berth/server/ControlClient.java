package berth.server;

import berth.block.BlockException;
import berth.block.Problem;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Has the owner of a store run a command, and carries its streams. */
final class ControlClient {
    private final StoreDirectory store;
    private final FrameChannel channel;
    private final CommandIo io;
    private final Semaphore credit = new Semaphore(0);
    private boolean readsInput;

    private ControlClient(StoreDirectory store, FrameChannel channel, CommandIo io) {
        this.store = store;
        this.channel = channel;
        this.io = io;
    }

    /**
     * Runs a command in the owner.
     *
     * @return the exit status; empty when there is no owner to talk to, or it ended before it took the command
     * @throws BlockException {@link Problem#STORE_LOCKED} when the owner has another version, {@link Problem#IO} when
     *     the connection broke while the command ran
     */
    static OptionalInt run(StoreDirectory store, String version, Invocation invocation, CommandIo io) {
        return run(store, version, Optional.empty(), invocation, io);
    }

    /**
     * The same where the command can be run elsewhere as well.
     *
     * @param patience how long to wait for the owner's greeting, before which it has promised nothing; no end when empty
     */
    static OptionalInt run(
            StoreDirectory store, String version, Optional<Duration> patience, Invocation invocation, CommandIo io) {
        try (FrameChannel channel = connect(store, version, patience)) {
            if (channel == null) {
                return OptionalInt.empty();
            }
            return OptionalInt.of(new ControlClient(store, channel, io).run(invocation));
        } catch (ReaderGone e) {
            return OptionalInt.of(
                    CommandHandler.BROKEN_PIPE_STATUS); // The connection is closed, which cancels the command.
        } catch (IOException e) {
            throw new BlockException(
                    Problem.IO, "the connection to the owner of the store " + store.path() + " broke", e);
        }
    }

    /** Connects and greets. Until the owner's greeting has come it has promised nothing, so failures are no errors. */
    private static @Nullable FrameChannel connect(StoreDirectory store, String version, Optional<Duration> patience) {
        FrameChannel channel = null;
        Handshake owner = null;
        Greeting greeting = new Greeting();
        try {
            channel = new FrameChannel(ControlSocket.connect(
                    store.controlSocket(),
                    opened -> patience.ifPresent(time -> greeting.closeUnlessItComes(opened, time))));
            Handshake.mine(version).writeTo(channel);
            owner = Handshake.readFrom(channel);
        } catch (IOException e) {
            // The same as no greeting.
        }
        if (!greeting.came()) {
            owner = null;
        }
        if (channel != null && owner != null && owner.version().equals(version)) {
            return channel;
        }
        closeQuietly(channel);
        if (owner != null) {
            throw new BlockException(
                    Problem.STORE_LOCKED,
                    "the store " + store.path() + " is owned by process " + owner.pid() + ", which is berth "
                            + owner.version() + ", but this is berth " + version
                            + "; use the same version or stop that process");
        }
        return null;
    }

    /** A greeting that is not waited for without end: either it comes, or the connection is closed. */
    private static final class Greeting {
        private final CountDownLatch over = new CountDownLatch(1);
        private final AtomicBoolean decided = new AtomicBoolean();

        void closeUnlessItComes(SocketChannel channel, Duration time) {
            Thread.ofPlatform().daemon().name("greeting").start(() -> {
                try {
                    if (!over.await(time.toMillis(), TimeUnit.MILLISECONDS) && decided.compareAndSet(false, true)) {
                        closeQuietly(channel);
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt(); // Nobody does that; the greeting is waited for.
                }
            });
        }

        /** Whether it came in time; the connection is not closed any more then. */
        boolean came() {
            over.countDown();
            return decided.compareAndSet(false, true);
        }
    }

    private static void closeQuietly(@Nullable Closeable channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                // Nothing was exchanged that could be lost.
            }
        }
    }

    private int run(Invocation invocation) throws IOException {
        channel.write(FrameType.COMMAND, ByteBuffer.wrap(invocation.encode()));
        try (Cancellation.Registration _ = io.cancellation().onCancel(this::sendCancel)) {
            FrameChannel.Frame frame;
            while ((frame = channel.read()) != null) {
                switch (frame.type()) {
                    case STDOUT -> deliver(frame.bytes(), io.out());
                    case STDERR -> deliver(frame.bytes(), io.err());
                    case CREDIT -> allowInput(frame.number());
                    case EXIT -> {
                        return frame.number();
                    }
                    default -> throw new IOException("control socket: unexpected frame " + frame.type());
                }
            }
        }
        throw new BlockException(
                Problem.IO,
                "the owner of the store " + store.path()
                        + " ended while the command ran; run it again to see what was done");
    }

    private static final class ReaderGone extends IOException {
        private static final long serialVersionUID = 1;

        ReaderGone(IOException cause) {
            super(cause);
        }
    }

    private static void deliver(byte[] bytes, OutputStream to) throws ReaderGone {
        try {
            to.write(bytes);
        } catch (IOException e) {
            throw new ReaderGone(e);
        }
    }

    private void sendCancel() {
        try {
            channel.write(FrameType.CANCEL);
        } catch (IOException e) {
            // The connection is gone, which cancels the command as well.
        }
    }

    private void allowInput(int bytes) throws IOException {
        if (bytes <= 0 || bytes > RemoteInput.WINDOW_BYTES) {
            throw new IOException("control socket: credit of " + bytes + " bytes");
        }
        credit.release(bytes);
        if (!readsInput) {
            readsInput = true;
            Thread.ofPlatform().name("stdin").daemon().start(this::sendInput);
        }
    }

    private void sendInput() {
        byte[] buffer = new byte[FrameChannel.CHUNK_BYTES];
        InputStream in = io.in();
        try {
            while (true) {
                credit.acquire();
                int more = Math.min(buffer.length - 1, credit.availablePermits());
                int allowed = 1 + (credit.tryAcquire(more) ? more : 0);
                int n = in.read(buffer, 0, allowed);
                if (n < 0) {
                    channel.write(FrameType.STDIN_END);
                    return;
                }
                channel.write(FrameType.STDIN, ByteBuffer.wrap(buffer, 0, n));
                credit.release(allowed - n);
            }
        } catch (IOException | InterruptedException e) {
            // The command cannot go on without its input.
            sendCancel();
        }
    }
}
