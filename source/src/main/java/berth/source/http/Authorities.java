package berth.source.http;

import berth.block.BlockException;
import berth.block.Problem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** Trust in the servers whose certificates an authority of one's own issued. */
public final class Authorities {
    private static final int MAX_FILE_BYTES = 1 << 20;

    private Authorities() {}

    /**
     * Trusts the authorities in a file, and no others.
     *
     * @param file certificates, PEM, at most 1 MiB
     * @throws BlockException {@link Problem#SOURCE_NOT_FOUND}, {@link Problem#IO}; {@link Problem#MALFORMED} when it holds
     *     none
     */
    public static TrustManager[] trustManagers(Path file) {
        try (var in = Files.newInputStream(file)) {
            byte[] pem = in.readNBytes(MAX_FILE_BYTES);
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem));
            if (certificates.isEmpty()) {
                throw malformed(file, "it holds no certificate");
            }
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (Certificate certificate : certificates) {
                store.setCertificateEntry("ca" + store.size(), certificate);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory.getTrustManagers();
        } catch (NoSuchFileException e) {
            throw new BlockException(Problem.SOURCE_NOT_FOUND, "there is no ca_file " + file, e);
        } catch (IOException e) {
            throw BlockException.of(e, "cannot read the ca_file " + file);
        } catch (GeneralSecurityException e) {
            throw malformed(file, String.valueOf(e.getMessage()));
        }
    }

    /** The same as what a client makes connections with. */
    static SSLContext context(Path file) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trustManagers(file), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw malformed(file, String.valueOf(e.getMessage()));
        }
    }

    private static BlockException malformed(Path file, String why) {
        return new BlockException(Problem.MALFORMED, "the ca_file " + file + " cannot be used: " + why);
    }
}
