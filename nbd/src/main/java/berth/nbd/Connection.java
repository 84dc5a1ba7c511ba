package berth.nbd;

import berth.block.BlockException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.SocketChannel;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One client, from its first byte to its last. Runs on a thread of its own; {@link #stop} and {@link #abort} are for
 * other threads.
 */
final class Connection implements Runnable {
    private static final System.Logger LOG = System.getLogger(Connection.class.getName());

    private final SocketChannel channel;
    private final String peer;
    private final ConnectionContext context;
    private volatile boolean stopping;

    /** @param peer what the log calls the client */
    Connection(SocketChannel channel, String peer, ConnectionContext context) {
        this.channel = channel;
        this.peer = peer;
        this.context = context;
    }

    /** Serves the client until it leaves or is sent away. Failures end here: they are the client's, or are logged. */
    @Override
    public void run() {
        try (channel) {
            serve();
        } catch (ProtocolViolation e) {
            LOG.log(Level.INFO, peer + " broke the protocol and was disconnected: " + e.getMessage());
        } catch (IOException e) {
            LOG.log(Level.DEBUG, peer + " was lost: " + e);
        } catch (BlockException e) {
            LOG.log(Level.WARNING, peer + ": closing its export failed: " + e.getMessage(), e);
        } catch (RuntimeException | OutOfMemoryError e) {
            LOG.log(Level.ERROR, peer + ": connection failed unexpectedly", e);
        }
    }

    /** Asks the connection to end after the requests that it has received. */
    void stop() {
        stopping = true;
        try {
            channel.shutdownInput();
        } catch (IOException _) {
            // It is closed already.
        }
    }

    /** Ends the connection now. */
    void abort() {
        Closing.quietly(channel);
    }

    private void serve() throws IOException {
        Wire wire = new Wire(channel);
        Session session = negotiate(wire);
        if (session != null) {
            try (Export export = session.export()) {
                LOG.log(Level.DEBUG, () -> peer + " uses " + export.name());
                transmit(wire, session);
            }
        }
        wire.finish();
    }

    /** A client that haggles for ever would keep its thread; a timer closes its socket. */
    private @Nullable Session negotiate(Wire wire) throws IOException {
        ScheduledFuture<?> timer = context.timers()
                .schedule(this::abort, context.negotiationTimeout().toNanos(), TimeUnit.NANOSECONDS);
        try (Negotiator negotiator = new Negotiator(wire, context.exports(), context.tls())) {
            return negotiator.negotiate();
        } finally {
            timer.cancel(false);
        }
    }

    private void transmit(Wire wire, Session session) throws IOException {
        try {
            new Lanes(wire, session, context, () -> stopping).run();
        } catch (ProtocolViolation e) {
            // What was answered before is still good.
            wire.outbox().send();
            throw e;
        }
    }
}
