package berth.nbd;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Vector;
import org.bouncycastle.tls.BasicTlsPSKExternal;
import org.bouncycastle.tls.CipherSuite;
import org.bouncycastle.tls.PSKTlsServer;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.PskIdentity;
import org.bouncycastle.tls.TlsPSKExternal;
import org.bouncycastle.tls.TlsPSKIdentityManager;
import org.bouncycastle.tls.TlsUtils;
import org.bouncycastle.tls.crypto.TlsCrypto;
import org.jspecify.annotations.Nullable;

/**
 * What one handshake with shared keys allows: TLS 1.3 with a key exchange besides the shared key, or the suites of TLS 1.2
 * that GnuTLS has for the same. All keep what was said secret when the key leaks later.
 */
final class PskServer extends PSKTlsServer {
    private static final int[] CIPHER_SUITES = {
        CipherSuite.TLS_AES_128_GCM_SHA256,
        CipherSuite.TLS_CHACHA20_POLY1305_SHA256,
        CipherSuite.TLS_DHE_PSK_WITH_AES_128_GCM_SHA256,
        CipherSuite.TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256,
    };

    private final Map<String, byte[]> keys;

    PskServer(TlsCrypto crypto, Map<String, byte[]> keys) {
        super(crypto, new Identities(keys));
        this.keys = keys;
    }

    @Override
    protected ProtocolVersion[] getSupportedVersions() {
        return ProtocolVersion.TLSv13.downTo(ProtocolVersion.TLSv12);
    }

    @Override
    protected int[] getSupportedCipherSuites() {
        return TlsUtils.getSupportedCipherSuites(getCrypto(), CIPHER_SUITES);
    }

    @Override
    @SuppressWarnings("rawtypes") // the library's signature
    public @Nullable TlsPSKExternal getExternalPSK(Vector identities) {
        for (Object offered : identities) {
            byte[] identity = ((PskIdentity) offered).getIdentity();
            byte[] key = key(keys, identity);
            if (key != null) {
                return new BasicTlsPSKExternal(identity, getCrypto().createSecret(key));
            }
        }
        return null;
    }

    /** A copy of a user's key, which the library wipes after use. */
    private static byte @Nullable [] key(Map<String, byte[]> keys, byte[] identity) {
        byte[] key = keys.get(new String(identity, StandardCharsets.UTF_8));
        return key == null ? null : key.clone();
    }

    /** The same for TLS 1.2. */
    private record Identities(Map<String, byte[]> keys) implements TlsPSKIdentityManager {
        @Override
        public byte @Nullable [] getHint() {
            return null;
        }

        @Override
        public byte @Nullable [] getPSK(byte[] identity) {
            return key(keys, identity);
        }
    }
}
