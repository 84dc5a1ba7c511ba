package berth.nbd;

import berth.block.ListenAddress;
import java.nio.file.Path;

/** Where a server listens. */
public sealed interface NbdEndpoint {
    /** The port that is registered for NBD. */
    int DEFAULT_PORT = 10809;

    /**
     * A TCP port.
     *
     * @param host the name or address, IPv4 or IPv6, of the interface to listen on
     * @param port from 1 to 65535, or 0 for any free one
     * @param plaintextBeyondLoopback whether clients on other machines may do without TLS, so that everyone who reaches
     *     the port can read and write the exports
     */
    record Tcp(String host, int port, boolean plaintextBeyondLoopback) implements NbdEndpoint {
        public Tcp {
            if (port < 0 || port > 65535) {
                throw new IllegalArgumentException("port " + port + " is not between 0 and 65535");
            }
        }

        /** The same as an address to listen on. */
        ListenAddress address() {
            return new ListenAddress(host, port, plaintextBeyondLoopback);
        }

        @Override
        public String toString() {
            return address().toString();
        }
    }

    /**
     * A Unix socket, which only the user that the server runs as can connect to.
     *
     * @param path where the socket's file appears while the server runs
     */
    record Unix(Path path) implements NbdEndpoint {
        @Override
        public String toString() {
            return path.toString();
        }
    }
}
