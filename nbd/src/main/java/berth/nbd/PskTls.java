package berth.nbd;

import java.io.BufferedOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.util.Map;
import org.bouncycastle.tls.TlsServerProtocol;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCryptoProvider;

/**
 * TLS with shared keys, by Bouncy Castle because the JDK has none. The ciphers are still those of the JDK, which are the
 * faster ones.
 */
final class PskTls implements TlsServer {
    private static final int WRITE_BYTES = 64 << 10;

    private final JcaTlsCrypto crypto = new JcaTlsCryptoProvider().create(new SecureRandom());
    private final Map<String, byte[]> keys;

    /** @param keys the keys by user */
    PskTls(Map<String, byte[]> keys) {
        this.keys = keys;
    }

    @Override
    public Transport accept(SocketChannel channel) throws IOException {
        var out = new BufferedOutputStream(Channels.newOutputStream(channel), WRITE_BYTES);
        var in = new EndThatCanBeAnswered(Channels.newInputStream(channel));
        TlsServerProtocol protocol = new TlsServerProtocol(in, out);
        protocol.accept(new PskServer(crypto, keys));
        return new PskTransport(protocol, out);
    }

    /**
     * Bouncy Castle closes the socket when the client's stream ends without a goodbye, even though there may be requests to
     * answer. An interruption it leaves to its caller.
     */
    private static final class EndThatCanBeAnswered extends FilterInputStream {
        EndThatCanBeAnswered(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            return checked(super.read());
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            return checked(super.read(into, offset, length));
        }

        private static int checked(int result) throws EndOfStream {
            if (result < 0) {
                throw new EndOfStream();
            }
            return result;
        }
    }

    /** The client sends nothing more. */
    static final class EndOfStream extends InterruptedIOException {
        private static final long serialVersionUID = 1L;
    }
}
