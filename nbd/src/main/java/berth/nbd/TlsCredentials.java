package berth.nbd;

import berth.block.BlockException;
import berth.block.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/** With what a server proves who it is, and finds out who the client is. Files are read when the server starts. */
public sealed interface TlsCredentials {
    /**
     * X.509 certificates.
     *
     * @param certificate the server's certificate and those of its issuers, PEM
     * @param key the server's private key, PEM, not encrypted
     * @param clientAuthority the certificates, PEM, of which one must have issued the client's; when empty, clients
     *     need no certificate
     */
    record Certificates(Path certificate, Path key, Optional<Path> clientAuthority) implements TlsCredentials {
        /**
         * What a server needs for TLS, as the files are now.
         *
         * @throws BlockException {@link Problem#INVALID_ARGUMENT} when they cannot be read or do not fit together
         */
        public SSLContext context() {
            return CertificateTls.context(this);
        }
    }

    /**
     * Keys that the server shares with its clients.
     *
     * @param file lines of {@code user:hexkey}, as written by {@code psktool} and read by GnuTLS and QEMU
     */
    record PresharedKeys(Path file) implements TlsCredentials {}

    /**
     * The credentials in a directory laid out as QEMU wants them: {@code keys.psk}, or else {@code server-cert.pem},
     * {@code server-key.pem} and {@code ca-cert.pem}.
     *
     * @param verifyClients whether clients have to prove who they are with certificates of that authority; with shared
     *     keys they always have to
     * @throws BlockException {@link Problem#INVALID_ARGUMENT} when the directory holds neither
     */
    static TlsCredentials inDirectory(Path directory, boolean verifyClients) {
        Path keys = directory.resolve("keys.psk");
        if (Files.exists(keys)) {
            return new PresharedKeys(keys);
        }
        Certificates certificates = certificatesIn(directory, verifyClients);
        if (Files.exists(certificates.certificate())) {
            return certificates;
        }
        throw new BlockException(
                Problem.INVALID_ARGUMENT,
                "TLS directory " + directory + " holds neither keys.psk nor server-cert.pem; put one of them there");
    }

    /**
     * The certificates that a directory laid out as QEMU wants it has, or would have.
     *
     * @param verifyClients whether clients have to prove who they are
     */
    static Certificates certificatesIn(Path directory, boolean verifyClients) {
        return new Certificates(
                directory.resolve("server-cert.pem"),
                directory.resolve("server-key.pem"),
                verifyClients ? Optional.of(directory.resolve("ca-cert.pem")) : Optional.empty());
    }
}
