package berth.nbd;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** Certificates and shared keys, made by openssl, in a directory laid out as QEMU and libnbd want it. */
final class TestPki {
    private final Path directory;

    /** Makes an authority, and certificates for the server {@code localhost} and a client. */
    TestPki(Path directory) throws IOException {
        this.directory = directory;
        run(
                "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout ca-key.pem -out ca-cert.pem");
        issue("server", "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1\nextendedKeyUsage=serverAuth\n");
        issue("client", "extendedKeyUsage=clientAuth\n");
    }

    private void issue(String name, String extensions) throws IOException {
        Files.writeString(directory.resolve(name + ".ext"), extensions);
        run("openssl req -newkey rsa:2048 -nodes -subj /CN=" + name + " -keyout " + name + "-key.pem -out " + name
                + ".csr");
        run("openssl x509 -req -days 2 -CA ca-cert.pem -CAkey ca-key.pem -CAcreateserial -extfile " + name + ".ext -in "
                + name + ".csr -out " + name + "-cert.pem");
    }

    /** Runs a command without quoting in the directory. */
    String run(String command) {
        return Tool.run(directory, command.split(" "));
    }

    Path directory() {
        return directory;
    }

    Path file(String name) {
        return directory.resolve(name);
    }

    /** Goes over to TLS on a connection whose STARTTLS was acknowledged, trusting the authority. */
    SSLSocket secure(Socket socket) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (InputStream in = Files.newInputStream(file("ca-cert.pem"))) {
            store.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return (SSLSocket) context.getSocketFactory().createSocket(socket, "localhost", socket.getPort(), true);
    }
}
