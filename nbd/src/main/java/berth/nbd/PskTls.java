package berth.nbd;

import java.io.BufferedOutputStream;
import java.io.IOException;
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
        TlsServerProtocol protocol = new TlsServerProtocol(Channels.newInputStream(channel), out);
        protocol.accept(new PskServer(crypto, keys));
        return new PskTransport(protocol, out);
    }
}
