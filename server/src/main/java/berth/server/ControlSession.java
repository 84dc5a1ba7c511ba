package berth.server;

import berth.block.Threads;
import berth.posix.Errno;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One client's command in the owner. The thread that runs this object reads frames; the command has a thread of its own.
 * A client that goes away cancels its command.
 */
final class ControlSession implements Runnable {
    private final SocketChannel socket;
    private final CommandHandler handler;
    private final String version;
    private final Cancellation cancellation = new Cancellation();
    private final AtomicBoolean finished = new AtomicBoolean();

    ControlSession(SocketChannel socket, CommandHandler handler, String version) {
        this.socket = socket;
        this.handler = handler;
        this.version = version;
    }

    /** Asks the command to end. */
    void cancel() {
        cancellation.cancel();
    }

    /** Ends the connection, whatever it is used for. */
    void hangUp() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is not usable any more in any case.
        }
    }

    @Override
    public void run() {
        try (FrameChannel channel = new FrameChannel(socket)) {
            Handshake peer = Handshake.readFrom(channel);
            if (peer == null) {
                return;
            }
            Handshake.mine(version).writeTo(channel);
            if (!peer.version().equals(version)) {
                return;
            }
            FrameChannel.Frame frame = channel.read();
            if (frame != null && frame.type() == FrameType.COMMAND) {
                serve(channel, Invocation.decode(frame.bytes()));
            }
        } catch (IOException e) {
            // The client is gone or talks nonsense; its command was cancelled, and there is nobody to tell.
            cancellation.cancel();
        }
    }

    private void serve(FrameChannel channel, Invocation invocation) throws IOException {
        RemoteInput in = new RemoteInput(channel);
        cancellation.onCancel(in::cancel);
        CommandIo io = new CommandIo(
                in,
                new RemoteOutput(channel, FrameType.STDOUT),
                new RemoteOutput(channel, FrameType.STDERR),
                cancellation);
        Thread command = Thread.ofPlatform()
                .name("command "
                        + String.join(" ", invocation.args().stream().limit(2).toList()))
                .start(() -> execute(channel, invocation, io));
        try {
            readUntilGone(channel, in);
        } finally {
            cancellation.cancel();
            Threads.join(command);
        }
    }

    private void execute(FrameChannel channel, Invocation invocation, CommandIo io) {
        int status = Errno.EIO.number();
        try {
            status = handler.run(invocation, io);
        } catch (RuntimeException e) { // Of closing what the command had: it has said all that there was to say.
            System.getLogger("berth.server").log(System.Logger.Level.ERROR, "a command was not closed in order", e);
        }
        try {
            channel.write(FrameType.EXIT, status);
            finished.set(true);
            channel.close();
        } catch (IOException e) {
            // The client went away before its command ended; the thread that reads frames has seen it, too.
            cancellation.cancel();
        }
    }

    private void readUntilGone(FrameChannel channel, RemoteInput in) throws IOException {
        try {
            FrameChannel.Frame frame;
            while ((frame = channel.read()) != null) {
                switch (frame.type()) {
                    case STDIN -> in.add(frame.bytes());
                    case STDIN_END -> in.end();
                    case CANCEL -> cancellation.cancel();
                    default -> throw new IOException("control socket: unexpected frame " + frame.type());
                }
            }
        } catch (IOException e) {
            if (!finished.get()) {
                throw e;
            }
        }
    }
}
