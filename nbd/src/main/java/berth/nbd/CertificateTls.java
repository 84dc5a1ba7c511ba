package berth.nbd;

import berth.block.BlockException;
import berth.block.Problem;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** TLS with X.509 certificates, by the JDK: its cipher code is the fastest that Java has, and works on buffers. */
final class CertificateTls implements TlsServer {
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
    private static final char[] NO_PASSWORD = {};

    private final SSLContext context;
    private final boolean verifyClients;

    private CertificateTls(SSLContext context, boolean verifyClients) {
        this.context = context;
        this.verifyClients = verifyClients;
    }

    /** @throws BlockException when the files cannot be read or do not fit together */
    static CertificateTls load(TlsCredentials.Certificates files) {
        return new CertificateTls(context(files), files.clientAuthority().isPresent());
    }

    /** @throws BlockException when the files cannot be read or do not fit together */
    static SSLContext context(TlsCredentials.Certificates files) {
        List<X509Certificate> chain = PemFile.load(files.certificate()).certificates();
        PrivateKey key = PemFile.load(files.key()).privateKey();
        if (!chain.getFirst().getPublicKey().getAlgorithm().equals(key.getAlgorithm())) {
            throw CredentialFile.malformed(
                    files.key(), "the private key is not of the kind that the certificate is for");
        }
        Optional<List<X509Certificate>> authorities =
                files.clientAuthority().map(file -> PemFile.load(file).certificates());
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keyManagers(chain, key), trustManagers(authorities), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new BlockException(Problem.INVALID_ARGUMENT, message(files.certificate(), e), e);
        }
    }

    private static String message(Path certificate, Exception e) {
        return "the certificate in " + certificate + " cannot be used: " + e.getMessage();
    }

    private static KeyManager[] keyManagers(List<X509Certificate> chain, PrivateKey key)
            throws GeneralSecurityException, IOException {
        KeyStore store = emptyStore();
        store.setKeyEntry("server", key, NO_PASSWORD, chain.toArray(X509Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    /** Nobody is trusted where nobody is asked for a certificate. */
    private static TrustManager[] trustManagers(Optional<List<X509Certificate>> authorities)
            throws GeneralSecurityException, IOException {
        if (authorities.isEmpty()) {
            return new TrustManager[0];
        }
        KeyStore store = emptyStore();
        for (X509Certificate authority : authorities.get()) {
            store.setCertificateEntry("ca" + store.size(), authority);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return new TrustManager[] {new ClientTrust((X509ExtendedTrustManager) factory.getTrustManagers()[0])};
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    @Override
    public Transport accept(SocketChannel channel) throws IOException {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(PROTOCOLS);
        parameters.setNeedClientAuth(verifyClients);
        engine.setSSLParameters(parameters);
        SslTransport transport = new SslTransport(new PlainTransport(channel), engine);
        transport.handshake();
        return transport;
    }
}
