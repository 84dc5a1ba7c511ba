package berth.nbd;

import java.io.IOException;
import java.nio.channels.SocketChannel;

/** The server's side of TLS, with its credentials. Safe for use by several threads. */
interface TlsServer {
    /**
     * Does the handshake on a connection.
     *
     * @return the encrypted stream
     * @throws IOException when the client does not have the right credentials, or does not speak TLS
     */
    Transport accept(SocketChannel channel) throws IOException;
}
