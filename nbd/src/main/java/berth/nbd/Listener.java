package berth.nbd;

import berth.block.BlockException;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;

/** An open listening socket. */
interface Listener extends AutoCloseable {
    /**
     * Opens the socket of an endpoint.
     *
     * @param encrypted whether clients have to use TLS
     * @throws BlockException when it cannot be had, or must not
     */
    static Listener open(NbdEndpoint endpoint, boolean encrypted) {
        return switch (endpoint) {
            case NbdEndpoint.Tcp tcp -> TcpListener.open(tcp, encrypted);
            case NbdEndpoint.Unix unix -> UnixListener.open(unix.path());
        };
    }

    /** Waits for a client. */
    SocketChannel accept() throws IOException;

    /** Where clients connect to. */
    SocketAddress address();

    /** Ends {@link #accept}, and removes what the socket left in the file system. */
    @Override
    void close();
}
