package berth.migration;

import berth.block.ObjectDigest;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;

/**
 * The tree over the digests of a disk's objects, whose root stands for the whole disk at all of its points in time. It is
 * the Merkle Tree Hash of RFC 6962, section 2.1, with SHA-256. Entry <em>i</em> is the digest of object <em>i</em> as 16
 * bytes: the upper 64 bits, then the lower, both big-endian. So:
 *
 * <ul>
 *   <li>no entry: {@code SHA-256()}
 *   <li>one entry: {@code SHA-256(0x00 || entry)}
 *   <li><em>n</em> entries: {@code SHA-256(0x01 || MTH(first k) || MTH(rest))}, where <em>k</em> is the largest power of
 *       two less than <em>n</em>
 * </ul>
 *
 * <p>Not for use by several threads.
 */
public final class DigestTree {
    private static final byte LEAF = 0;
    private static final byte NODE = 1;

    private final MessageDigest sha256 = sha256();
    /** The roots of complete subtrees, one for each bit that is set in {@link #entries}; the smallest is on top. */
    private final Deque<byte[]> subtrees = new ArrayDeque<>();

    private long entries;

    /** An empty tree. */
    public DigestTree() {}

    /** Adds the digest of the next object. */
    public void add(ObjectDigest digest) {
        sha256.update(LEAF);
        byte[] root = sha256.digest(ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(digest.high())
                .putLong(digest.low())
                .array());
        for (long full = entries; (full & 1) == 1; full >>>= 1) {
            root = node(subtrees.pop(), root);
        }
        subtrees.push(root);
        entries++;
    }

    /** The root over all digests added so far, as 64 hexadecimal digits. */
    public String root() {
        if (subtrees.isEmpty()) {
            return HexFormat.of().formatHex(sha256.digest());
        }
        byte[] root = null;
        for (byte[] larger : subtrees) {
            root = root == null ? larger : node(larger, root);
        }
        return HexFormat.of().formatHex(root);
    }

    private byte[] node(byte[] left, byte[] right) {
        sha256.update(NODE);
        sha256.update(left);
        return sha256.digest(right);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
