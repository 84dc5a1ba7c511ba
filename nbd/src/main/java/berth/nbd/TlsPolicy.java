package berth.nbd;

import berth.block.BlockException;
import org.jspecify.annotations.Nullable;

/**
 * Whether connections are encrypted.
 *
 * @param required whether nothing is said to a client that does not encrypt
 * @param server does the encryption; null when it is off
 */
record TlsPolicy(boolean required, @Nullable TlsServer server) {
    /**
     * Loads the credentials.
     *
     * @throws BlockException when they cannot be used
     */
    static TlsPolicy of(NbdTls tls) {
        return switch (tls) {
            case NbdTls.Off() -> new TlsPolicy(false, null);
            case NbdTls.Allowed(TlsCredentials credentials) -> new TlsPolicy(false, server(credentials));
            case NbdTls.Required(TlsCredentials credentials) -> new TlsPolicy(true, server(credentials));
        };
    }

    private static TlsServer server(TlsCredentials credentials) {
        return switch (credentials) {
            case TlsCredentials.Certificates certificates -> CertificateTls.load(certificates);
            case TlsCredentials.PresharedKeys(var file) -> new PskTls(PskFile.load(file));
        };
    }
}
