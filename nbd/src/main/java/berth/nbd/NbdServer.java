package berth.nbd;

import berth.block.BlockException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Serves exports to NBD clients, from {@link #start} to {@link #close}. Safe for use by several threads.
 *
 * <p>Its threads are daemons: they do not keep the program alive.
 */
public final class NbdServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(NbdServer.class.getName());
    private static final long TRIM_SECONDS = 10;
    /** Threads beyond the first one of each connection. */
    private static final int MORE_THREADS = 256;

    private static final Duration ACCEPT_RETRY = Duration.ofMillis(100);

    /** How long connections whose sockets were closed may take to notice. */
    private static final Duration ABORT_TIMEOUT = Duration.ofSeconds(2);

    private final NbdServerConfig config;
    private final Listener listener;
    private final ConnectionContext context;
    private final ScheduledThreadPoolExecutor timers;
    private final Map<Connection, Thread> connections = new ConcurrentHashMap<>();
    private final Thread acceptor;
    private volatile boolean closed;
    private long accepted;

    private NbdServer(NbdServerConfig config, Exports exports, TlsPolicy tls, Listener listener) {
        this.config = config;
        this.listener = listener;
        timers = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("nbd-timer").factory());
        timers.setRemoveOnCancelPolicy(true);
        ChunkPool chunks = new ChunkPool();
        var _ = timers.scheduleWithFixedDelay(chunks::trim, TRIM_SECONDS, TRIM_SECONDS, TimeUnit.SECONDS);
        context = new ConnectionContext(
                exports, tls, chunks, new Semaphore(MORE_THREADS), timers, config.negotiationTimeout());
        acceptor = Thread.ofPlatform().daemon().name("nbd-accept").unstarted(this::accept);
    }

    /**
     * Listens and serves.
     *
     * @throws BlockException when the endpoint is taken, may not be used without TLS, or the TLS credentials cannot be
     *     used
     */
    public static NbdServer start(NbdServerConfig config, Exports exports) {
        TlsPolicy tls = TlsPolicy.of(config.tls());
        Listener listener = Listener.open(config.endpoint(), tls.required());
        NbdServer server = new NbdServer(config, exports, tls, listener);
        server.acceptor.start();
        LOG.log(Level.DEBUG, "listening on " + config.endpoint());
        return server;
    }

    /** Where clients connect to, with the port that was chosen if any was allowed. */
    public SocketAddress address() {
        return listener.address();
    }

    /** The number of clients that are connected now. */
    public int connections() {
        return connections.size();
    }

    /**
     * Stops listening, lets requests that have been received be answered, as long as the configuration allows, and then
     * ends all connections. Every export that was opened is closed when this returns, unless its device did not come
     * back from a request. A second call does nothing.
     */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        listener.close();
        join(acceptor, ABORT_TIMEOUT);
        connections.keySet().forEach(Connection::stop);
        if (!joinAll(config.closeTimeout())) {
            connections.keySet().forEach(Connection::abort);
            if (!joinAll(ABORT_TIMEOUT)) {
                LOG.log(Level.WARNING, connections.size() + " connections still wait for their devices");
            }
        }
        timers.shutdownNow();
        context.chunks().close();
    }

    private void accept() {
        while (!closed) {
            try {
                admit(listener.accept());
            } catch (ClosedChannelException _) {
                return;
            } catch (IOException e) {
                // Most likely the process has no file descriptor left; connections that end give some back.
                LOG.log(Level.WARNING, "accepting a client failed: " + e.getMessage());
                pause();
            }
        }
    }

    private void admit(SocketChannel channel) {
        String name = "nbd-" + ++accepted;
        if (connections.size() >= config.maxConnections()) {
            LOG.log(Level.WARNING, "a client was sent away: " + config.maxConnections() + " are connected already");
            Closing.quietly(channel);
            return;
        }
        Connection connection = new Connection(channel, name, context);
        Thread thread = Thread.ofPlatform().daemon().name(name).unstarted(() -> {
            try {
                connection.run();
            } finally {
                connections.remove(connection);
            }
        });
        connections.put(connection, thread);
        try {
            thread.start();
        } catch (OutOfMemoryError e) {
            LOG.log(Level.WARNING, "a client was sent away: no thread can be made: " + e.getMessage());
            connections.remove(connection);
            Closing.quietly(channel);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(ACCEPT_RETRY);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean joinAll(Duration timeout) {
        long end = System.nanoTime() + timeout.toNanos();
        for (Thread thread : connections.values()) {
            join(thread, Duration.ofNanos(Math.max(0, end - System.nanoTime())));
        }
        return connections.isEmpty();
    }

    private static void join(Thread thread, Duration timeout) {
        try {
            thread.join(timeout);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
