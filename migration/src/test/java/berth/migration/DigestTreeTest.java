package berth.migration;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.ObjectDigest;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DigestTreeTest {
    /** The definition of RFC 6962, section 2.1, word for word. */
    private static byte[] mth(List<ObjectDigest> entries) throws Exception {
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        if (entries.isEmpty()) {
            return sha256.digest();
        }
        if (entries.size() == 1) {
            sha256.update((byte) 0);
            ObjectDigest entry = entries.getFirst();
            return sha256.digest(ByteBuffer.allocate(16)
                    .putLong(entry.high())
                    .putLong(entry.low())
                    .array());
        }
        int k = Integer.highestOneBit(entries.size() - 1);
        byte[] left = mth(entries.subList(0, k));
        byte[] right = mth(entries.subList(k, entries.size()));
        sha256.update((byte) 1);
        sha256.update(left);
        return sha256.digest(right);
    }

    @Test
    void itIsTheMerkleTreeHashOfRfc6962() throws Exception {
        List<ObjectDigest> entries = IntStream.range(0, 70)
                .mapToObj(i -> new ObjectDigest(i * 0x9E3779B97F4A7C15L, ~i))
                .toList();
        DigestTree tree = new DigestTree();
        for (int n = 0; n <= entries.size(); n++) {
            assertThat(tree.root()).as(n + " entries").isEqualTo(HexFormat.of().formatHex(mth(entries.subList(0, n))));
            if (n < entries.size()) {
                tree.add(entries.get(n));
            }
        }
    }
}
