package berth.migration;

import berth.block.BlockException;
import berth.block.Problem;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import tools.jackson.core.JacksonException;

/**
 * The signed statement of what a finished move copied. As a file it is JSON. The signature is over the canonical JSON
 * (RFC 8785) of the statement in UTF-8, so it does not depend on how the file is laid out.
 *
 * @param format always {@link #FORMAT}
 * @param version of the format, now {@link #VERSION}
 * @param statement what is stated
 * @param signature who states it
 */
public record Receipt(String format, int version, ReceiptStatement statement, Seal signature) {
    /** What the file says it is. */
    public static final String FORMAT = "berth-receipt";
    /** The version of the format that this program writes. */
    public static final int VERSION = 2;

    private static final int MAX_FILE_BYTES = 64 << 20;

    /**
     * The signature of a statement.
     *
     * @param algorithm always {@link SigningKey#ALGORITHM}
     * @param publicKey the public key, X.509, in Base64
     * @param value the signature in Base64
     */
    public record Seal(String algorithm, String publicKey, String value) {}

    /** Signs a statement. */
    public static Receipt sign(ReceiptStatement statement, SigningKey key) {
        Base64.Encoder base64 = Base64.getEncoder();
        Seal seal = new Seal(
                SigningKey.ALGORITHM,
                base64.encodeToString(key.publicKey()),
                base64.encodeToString(key.sign(Json.canonicalBytes(statement))));
        return new Receipt(FORMAT, VERSION, statement, seal);
    }

    /**
     * Reads a receipt. Its signature is not checked here.
     *
     * @throws BlockException {@link Problem#MALFORMED}; {@link Problem#NEWER_FORMAT}; {@link Problem#UNSUPPORTED} for
     *     one of an older version, whose digests do not tell the points in time apart
     */
    public static Receipt parse(String json) {
        try {
            requireKnown(Json.read(json, Header.class));
            return Json.read(json, Receipt.class);
        } catch (JacksonException e) {
            throw new BlockException(Problem.MALFORMED, "not a receipt: " + e.getOriginalMessage(), e);
        }
    }

    /** What all versions have. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Header(String format, int version) {}

    private static void requireKnown(Header header) {
        if (!header.format.equals(FORMAT)) {
            throw new BlockException(Problem.MALFORMED, "not a receipt: its format is '" + header.format + "'");
        }
        if (header.version != VERSION) {
            throw new BlockException(
                    header.version > VERSION ? Problem.NEWER_FORMAT : Problem.UNSUPPORTED,
                    "the receipt has version " + header.version + ", this program reads version " + VERSION);
        }
    }

    /**
     * Reads a receipt from a file of at most 64 MiB.
     *
     * @throws BlockException as {@link #parse}, and {@link Problem#IO}
     */
    public static Receipt read(Path file) {
        try {
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new BlockException(Problem.MALFORMED, "not a receipt: " + file + " is too large");
            }
            return parse(Files.readString(file, StandardCharsets.UTF_8));
        } catch (CharacterCodingException e) {
            throw new BlockException(Problem.MALFORMED, "not a receipt: " + file + " is no UTF-8", e);
        } catch (IOException e) {
            throw BlockException.of(e, "cannot read the receipt " + file);
        }
    }

    /** Whether the statement is what the owner of {@link Seal#publicKey} signed. Who that is, tells {@link #signer}. */
    public boolean verifySignature() {
        if (!signature.algorithm.equals(SigningKey.ALGORITHM)) {
            return false;
        }
        try {
            Base64.Decoder base64 = Base64.getDecoder();
            return SigningKey.verify(
                    base64.decode(signature.publicKey), Json.canonicalBytes(statement), base64.decode(signature.value));
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }

    /** Whether the receipt names this public key, in the X.509 encoding, as its signer's. */
    boolean isSignedBy(byte[] publicKey) {
        return signature.publicKey.equals(Base64.getEncoder().encodeToString(publicKey));
    }

    /**
     * The fingerprint of the public key, to compare with that of the store's other receipts: the SHA-256 of its X.509
     * encoding, 64 hexadecimal digits.
     *
     * @throws BlockException {@link Problem#MALFORMED} when the receipt's key is no Base64
     */
    public String signer() {
        try {
            byte[] key = Base64.getDecoder().decode(signature.publicKey);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(key));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        } catch (IllegalArgumentException e) {
            throw new BlockException(Problem.MALFORMED, "the receipt's public key is damaged", e);
        }
    }

    /** The receipt as a file holds it. */
    public String toJson() {
        return Json.pretty(this);
    }
}
