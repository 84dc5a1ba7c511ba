package berth.nbd;

import berth.block.BlockException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** A PEM file with certificates or a private key, in any of the forms that OpenSSL and certtool write. */
final class PemFile {
    private final Path file;
    private final String text;

    private PemFile(Path file, String text) {
        this.file = file;
        this.text = text;
    }

    /** @throws BlockException when the file cannot be read */
    static PemFile load(Path file) {
        return new PemFile(file, CredentialFile.read(file));
    }

    /**
     * The certificates in the order of the file, at least one.
     *
     * @throws BlockException when there is none, or one is damaged
     */
    List<X509Certificate> certificates() {
        List<X509Certificate> found = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (byte[] der : blocks("CERTIFICATE")) {
                found.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
            }
        } catch (CertificateException _) {
            throw CredentialFile.malformed(file, "a certificate is damaged");
        }
        if (found.isEmpty()) {
            throw CredentialFile.malformed(file, "it holds no certificate");
        }
        return found;
    }

    /**
     * The first private key.
     *
     * @throws BlockException when there is none that can be read without a password, or it is damaged
     */
    PrivateKey privateKey() {
        try {
            for (byte[] der : blocks("PRIVATE KEY")) {
                return key(PrivateKeyInfo.getInstance(der));
            }
            for (byte[] der : blocks("RSA PRIVATE KEY")) {
                return key(rsa(der));
            }
            for (byte[] der : blocks("EC PRIVATE KEY")) {
                return key(ec(der));
            }
        } catch (GeneralSecurityException | IOException | IllegalArgumentException | IllegalStateException _) {
            throw CredentialFile.malformed(file, "the private key is damaged or of an unknown kind");
        }
        throw CredentialFile.malformed(file, "it holds no private key that can be read without a password");
    }

    /** The decoded blocks of a type. */
    private List<byte[]> blocks(String type) {
        String begin = "-----BEGIN " + type + "-----";
        String end = "-----END " + type + "-----";
        List<byte[]> found = new ArrayList<>();
        for (int at = text.indexOf(begin); at >= 0; at = text.indexOf(begin, at + 1)) {
            int stop = text.indexOf(end, at);
            if (stop < 0) {
                throw CredentialFile.malformed(file, "it ends within a " + type.toLowerCase(Locale.ROOT));
            }
            found.add(decode(text.substring(at + begin.length(), stop)));
        }
        return found;
    }

    private byte[] decode(String base64) {
        try {
            return Base64.getDecoder().decode(base64.replaceAll("\\s", ""));
        } catch (IllegalArgumentException _) {
            throw CredentialFile.malformed(file, "it is not base64 between its BEGIN and END lines");
        }
    }

    private static PrivateKeyInfo rsa(byte[] der) throws IOException {
        return wrap(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE, RSAPrivateKey.getInstance(der));
    }

    private static PrivateKeyInfo ec(byte[] der) throws IOException {
        ECPrivateKey key = ECPrivateKey.getInstance(der);
        return wrap(X9ObjectIdentifiers.id_ecPublicKey, key.getParametersObject(), key);
    }

    private static PrivateKeyInfo wrap(ASN1ObjectIdentifier algorithm, ASN1Encodable parameters, ASN1Encodable key)
            throws IOException {
        return new PrivateKeyInfo(new AlgorithmIdentifier(algorithm, parameters), key);
    }

    private static PrivateKey key(PrivateKeyInfo info) throws GeneralSecurityException, IOException {
        ASN1ObjectIdentifier algorithm = info.getPrivateKeyAlgorithm().getAlgorithm();
        // The JDK's key factories go by the object identifier as well as by name.
        return KeyFactory.getInstance(algorithm.getId()).generatePrivate(new PKCS8EncodedKeySpec(info.getEncoded()));
    }
}
