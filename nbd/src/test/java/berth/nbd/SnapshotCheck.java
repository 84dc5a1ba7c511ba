package berth.nbd;

import berth.block.Image;
import berth.block.contract.SparseBytes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/** Compares a snapshot with what the connections know. Made before the snapshot is taken. */
final class SnapshotCheck {
    private static final int BLOCK = SparseBytes.BLOCK;

    private final String name;
    private final List<RegionClient> clients;
    private final int[] first;
    private final int[] last;
    private List<SparseBytes> found = List.of();

    SnapshotCheck(String name, List<RegionClient> clients) {
        this.name = name;
        this.clients = clients;
        this.first = clients.stream().mapToInt(RegionClient::done).toArray();
        this.last = first.clone();
    }

    /** The snapshot has been taken. */
    void taken() {
        Arrays.setAll(last, i -> clients.get(i).begun());
    }

    /** What a snapshot has in each region. */
    List<SparseBytes> read(Image snapshot) {
        found = new ArrayList<>();
        for (RegionClient client : clients) {
            byte[] bytes = new byte[(int) client.length()];
            snapshot.read(client.start(), ByteBuffer.wrap(bytes));
            found.add(new SparseBytes(bytes.length).write(0, bytes));
        }
        return found;
    }

    /** Each region is what it was after one of the requests that were under way. Called when the connections rest. */
    void requireBetweenRequests() {
        for (int i = 0; i < clients.size(); i++) {
            RegionClient client = clients.get(i);
            int requests = first[i];
            while (!Arrays.equals(bytes(found.get(i)), bytes(client.after(requests)))) {
                requests++;
                if (requests > last[i]) {
                    throw new AssertionError(
                            "snapshot %s has at %d not what was there after any of the requests %d to %d"
                                    .formatted(name, client.start(), first[i], last[i]));
                }
            }
        }
    }

    void requireSame(List<SparseBytes> expected, List<SparseBytes> actual) {
        for (int i = 0; i < clients.size(); i++) {
            int mismatch = Arrays.mismatch(bytes(expected.get(i)), bytes(actual.get(i)));
            if (mismatch >= 0) {
                throw new AssertionError("snapshot %s is not what it was at byte %d"
                        .formatted(name, clients.get(i).start() + mismatch));
            }
        }
    }

    /** Every byte of the image that differs from the snapshot is in the difference. */
    void requireDifference(List<SparseBytes> snapshot, Image image) {
        BitSet changed = new BitSet();
        image.diff(
                Optional.of(name),
                0,
                image.size(),
                (at, n, exists) -> changed.set((int) (at / BLOCK), (int) Math.ceilDiv(at + n, (long) BLOCK)));
        for (int i = 0; i < clients.size(); i++) {
            byte[] before = bytes(snapshot.get(i));
            byte[] now = bytes(clients.get(i).now());
            for (int at = 0; at < now.length; at++) {
                long offset = clients.get(i).start() + at;
                if (before[at] != now[at] && !changed.get((int) (offset / BLOCK))) {
                    throw new AssertionError("byte %d is not in the difference from %s".formatted(offset, name));
                }
            }
        }
    }

    private static byte[] bytes(SparseBytes region) {
        return region.read(0, (int) region.size());
    }
}
