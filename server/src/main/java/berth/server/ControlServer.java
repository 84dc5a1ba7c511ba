package berth.server;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/** Takes commands on the control socket and runs each in threads of its own. */
final class ControlServer implements AutoCloseable {
    /** Commands that run at a time; more wait in the socket's queue. */
    static final int MAX_SESSIONS = 64;
    /** Each may have tens of MiB in hand. */
    private static final int MAX_GUESTS = 4;
    /** How long they have to end after they were asked to. */
    private static final Duration GUEST_PATIENCE = Duration.ofSeconds(10);

    private static final long PAUSE_MILLIS = 500;

    private final Path path;
    private final ServerSocketChannel socket;
    private final CommandHandler handler;
    private final String version;
    private final boolean refuses;
    private final Set<ControlSession> sessions = new HashSet<>();
    private boolean stopping;

    private ControlServer(
            Path path, ServerSocketChannel socket, CommandHandler handler, String version, boolean refuses) {
        this.path = path;
        this.socket = socket;
        this.handler = handler;
        this.version = version;
        this.refuses = refuses;
    }

    /**
     * Starts to listen. The caller holds the store's lock.
     *
     * @param version this program's version; clients of another one are refused
     */
    static ControlServer start(Path path, CommandHandler handler, String version) throws IOException {
        return start(new ControlServer(path, ControlSocket.listen(path), handler, version, false));
    }

    /** The same for commands that can be run elsewhere: where there are {@value #MAX_GUESTS} already, they are. */
    static ControlServer startForGuests(Path path, CommandHandler handler, String version) throws IOException {
        return start(new ControlServer(path, ControlSocket.listen(path), handler, version, true));
    }

    private static ControlServer start(ControlServer server) {
        Thread.ofPlatform().name("control").daemon().start(server::acceptUntilClosed);
        return server;
    }

    private void acceptUntilClosed() {
        try {
            while (true) {
                accept(socket.accept());
            }
        } catch (ClosedChannelException e) {
            // Closed by close(): the normal end.
        } catch (IOException | InterruptedException e) {
            System.getLogger("berth.server")
                    .log(System.Logger.Level.ERROR, "the control socket takes no more commands", e);
            if (refuses) {
                stopListening(); // So that commands are run elsewhere at once.
            }
        }
    }

    private void accept(SocketChannel client) throws IOException, InterruptedException {
        ControlSession session = new ControlSession(client, handler, version);
        synchronized (sessions) {
            while (!refuses && sessions.size() >= MAX_SESSIONS && !stopping) {
                sessions.wait();
            }
            if (stopping || (refuses && sessions.size() >= MAX_GUESTS)) {
                client.close(); // it has not got our greeting, so it tries again, or elsewhere
                return;
            }
            sessions.add(session);
        }
        boolean started = false;
        try {
            Thread.ofPlatform().name("session").daemon().start(() -> {
                try {
                    session.run();
                } finally {
                    remove(session);
                }
            });
            started = true;
        } finally {
            if (!started) {
                remove(session);
                client.close();
            }
        }
    }

    private void remove(ControlSession session) {
        synchronized (sessions) {
            sessions.remove(session);
            sessions.notifyAll();
        }
    }

    /** How many commands of others run just now. */
    int sessions() {
        synchronized (sessions) {
            return sessions.size();
        }
    }

    /** Asks the commands of all clients to end. */
    private void cancelAll() {
        Set<ControlSession> running;
        synchronized (sessions) {
            running = Set.copyOf(sessions);
        }
        running.forEach(ControlSession::cancel);
    }

    /** Takes no more commands, and asks those that run to end. */
    void refuseAndCancel() {
        synchronized (sessions) {
            stopping = true;
        }
        removeSocket();
        cancelAll();
    }

    private void removeSocket() {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            // A socket file that stays is replaced by the next owner.
        }
    }

    /** Waits for the commands that run, then stops to listen. Commands are taken until the last one has ended. */
    @Override
    public void close() {
        boolean interrupted = false;
        long end = System.nanoTime() + GUEST_PATIENCE.toNanos();
        synchronized (sessions) {
            while (!sessions.isEmpty()) {
                try {
                    sessions.wait(PAUSE_MILLIS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
                if (stopping && System.nanoTime() - end > 0) {
                    sessions.forEach(ControlSession::hangUp); // They may wait for somebody who does not read.
                }
            }
            stopping = true;
            sessions.notifyAll();
        }
        stopListening();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void stopListening() {
        removeSocket();
        try {
            socket.close();
        } catch (IOException e) {
            // Nobody can connect any more in any case.
        }
    }
}
