package berth.source.nbd;

import berth.block.BlockException;
import berth.block.Extent;
import berth.block.Problem;
import berth.nbd.client.NbdClient;
import berth.nbd.client.NbdTimeouts;
import berth.source.remote.ConnectionFailures;
import berth.source.remote.ObjectState;
import berth.source.remote.RemoteObject;
import berth.source.remote.RemoteOptions;
import berth.source.remote.TransientFailure;
import berth.source.spec.StreamSpec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An export of an NBD server, over one connection at a time, which is opened again when it broke. NBD tells nothing of
 * changes but the size; whoever writes to the export meanwhile is not noticed.
 */
final class NbdObject implements RemoteObject {
    private final StreamSpec.Nbd spec;
    private final String name;
    private final NbdTimeouts timeouts;
    private @Nullable NbdClient connection;
    private boolean closed;

    /** @param name what the export is called in messages */
    NbdObject(StreamSpec.Nbd spec, String name, RemoteOptions options) {
        this.spec = spec;
        this.name = name;
        this.timeouts = new NbdTimeouts(options.connectTimeout(), options.stallTimeout());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String identity() {
        return name;
    }

    private interface Request<T> {
        T run(NbdClient client) throws IOException;
    }

    private <T> T call(Request<T> request) throws TransientFailure {
        try {
            NbdClient client = connection();
            try {
                return request.run(client);
            } catch (IOException | RuntimeException e) {
                forget(client, e instanceof IOException);
                throw e;
            }
        } catch (IOException e) {
            throw ConnectionFailures.of(name, e);
        } catch (BlockException e) {
            throw BlockException.withErrno(e.problem(), e.errno(), name + ": " + e.getMessage());
        }
    }

    private synchronized NbdClient connection() throws IOException {
        if (closed) {
            throw new BlockException(Problem.CLOSED, "the stream is closed");
        }
        NbdClient open = connection;
        if (open == null || open.isBroken()) {
            open = NbdClient.open(address(), spec.export(), timeouts);
            connection = open;
        }
        return open;
    }

    private SocketAddress address() {
        return switch (spec.server()) {
            case StreamSpec.Nbd.Tcp tcp -> new InetSocketAddress(tcp.host(), tcp.port());
            case StreamSpec.Nbd.Unix unix -> UnixDomainSocketAddress.of(unix.path());
        };
    }

    /** A connection on which a request was given up may still bring its reply; it is not used again. */
    private synchronized void forget(NbdClient client, boolean broken) {
        if (broken || client.isBroken()) {
            client.close();
            if (connection == client) {
                connection = null;
            }
        }
    }

    /** A server tells the size when a connection begins, so a new one is made; requests on the old one are made again. */
    @Override
    public ObjectState state() throws TransientFailure {
        disconnect();
        return call(NbdObject::state);
    }

    private synchronized void disconnect() {
        NbdClient open = connection;
        if (open != null) {
            open.close();
        }
    }

    private static ObjectState state(NbdClient client) {
        return new ObjectState(client.size(), Map.of("read_only", Boolean.toString(client.readOnly())));
    }

    @Override
    public byte[] read(ObjectState expected, long offset, int length) throws TransientFailure {
        return call(client -> {
            expected.requireSame(name, state(client));
            return client.read(offset, length);
        });
    }

    @Override
    public List<Extent> extents(ObjectState expected, long offset, long length) throws TransientFailure {
        return call(client -> {
            expected.requireSame(name, state(client));
            return client.extents(offset, length);
        });
    }

    @Override
    public synchronized void close() {
        closed = true;
        disconnect();
    }
}
