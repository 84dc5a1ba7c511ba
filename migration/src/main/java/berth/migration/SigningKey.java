package berth.migration;

import berth.block.BlockException;
import berth.block.Problem;
import berth.posix.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The key with which a store signs its receipts: Ed25519 (RFC 8032). It lies in one file of mode 0600 that holds the
 * private key (PKCS#8) and the public key (X.509) as PEM blocks. Safe for use by several threads.
 */
public final class SigningKey {
    /** The name of the algorithm, as receipts give it. */
    public static final String ALGORITHM = "Ed25519";

    private static final String MODE = "rw-------";
    private static final long MAX_FILE_BYTES = 1 << 16;
    private static final Object CREATION = new Object();

    private final PrivateKey privateKey;
    private final PublicKey publicKey;

    private SigningKey(PrivateKey privateKey, PublicKey publicKey) {
        this.privateKey = privateKey;
        this.publicKey = publicKey;
    }

    /**
     * Reads the key, and makes it first where there is none. One process at a time may do so for a file: the owner of the
     * store it belongs to.
     *
     * @throws BlockException {@link Problem#IO}, {@link Problem#NO_SPACE}, {@link Problem#READ_ONLY}; {@link Problem#FORBIDDEN} when others than the owner may read the file;
     *     {@link Problem#MALFORMED} when it holds no key
     */
    public static SigningKey openOrCreate(Path file) {
        try {
            synchronized (CREATION) {
                return Files.exists(file) ? open(file) : create(file);
            }
        } catch (IOException e) {
            throw BlockException.of(e, "key for signing receipts " + file);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new BlockException(Problem.MALFORMED, "key for signing receipts " + file + " is damaged", e);
        }
    }

    /**
     * Reads the public key of a file that has it as a PEM block: a store's key, or what {@code openssl pkey -pubout} makes
     * of it.
     *
     * @return the key in the X.509 encoding
     * @throws BlockException {@link Problem#IO}; {@link Problem#MALFORMED} when the file holds no such key
     */
    public static byte[] readPublic(Path file) {
        try {
            byte[] key = block(text(file), "PUBLIC KEY");
            var _ = KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(key));
            return key;
        } catch (IOException e) {
            throw BlockException.of(e, "public key " + file);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new BlockException(
                    Problem.MALFORMED, file + " holds no public key of the kind " + ALGORITHM + " in a PEM block", e);
        }
    }

    private static SigningKey create(Path file) throws IOException, GeneralSecurityException {
        KeyPair pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
        String text = pem("PRIVATE KEY", pair.getPrivate().getEncoded())
                + pem("PUBLIC KEY", pair.getPublic().getEncoded());
        AtomicFile.write(file, text.getBytes(StandardCharsets.US_ASCII), MODE);
        return new SigningKey(pair.getPrivate(), pair.getPublic());
    }

    private static SigningKey open(Path file) throws IOException, GeneralSecurityException {
        Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
        if (mode.contains(PosixFilePermission.GROUP_READ) || mode.contains(PosixFilePermission.OTHERS_READ)) {
            throw new BlockException(
                    Problem.FORBIDDEN,
                    "key for signing receipts " + file + " can be read by others than its owner: set its mode to 0600,"
                            + " or remove it to have a new one made");
        }
        String text = text(file);
        KeyFactory keys = KeyFactory.getInstance(ALGORITHM);
        return new SigningKey(
                keys.generatePrivate(new PKCS8EncodedKeySpec(block(text, "PRIVATE KEY"))),
                keys.generatePublic(new X509EncodedKeySpec(block(text, "PUBLIC KEY"))));
    }

    private static String text(Path file) throws IOException {
        if (Files.size(file) > MAX_FILE_BYTES) {
            throw new IllegalArgumentException("larger than " + MAX_FILE_BYTES + " bytes");
        }
        return Files.readString(file, StandardCharsets.US_ASCII);
    }

    private static String pem(String label, byte[] content) {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN " + label + "-----\n" + lines + "\n-----END " + label + "-----\n";
    }

    private static byte[] block(String text, String label) {
        Matcher matcher = Pattern.compile(
                        "-----BEGIN " + label + "-----\\s(.*?)-----END " + label + "-----", Pattern.DOTALL)
                .matcher(text);
        if (!matcher.find()) {
            throw new IllegalArgumentException("no " + label);
        }
        return Base64.getMimeDecoder().decode(matcher.group(1));
    }

    /** The public key in the X.509 encoding. */
    byte[] publicKey() {
        return publicKey.getEncoded();
    }

    /** The signature of a message: 64 bytes. */
    byte[] sign(byte[] message) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(privateKey);
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("signing failed", e);
        }
    }

    /** Whether a signature is that of the message by the owner of the public key; false also for damaged ones. */
    static boolean verify(byte[] publicKey, byte[] message, byte[] signed) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(publicKey)));
            signature.update(message);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
