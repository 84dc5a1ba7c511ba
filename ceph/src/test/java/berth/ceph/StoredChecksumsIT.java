package berth.ceph;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Access;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.ObjectBuffer;
import berth.block.Snapshot;
import berth.ceph.cluster.CephCluster;
import berth.ceph.lib.RbdImage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Comparing images with bytes at hand by the hashes that OSDs compute of what they hold. */
final class StoredChecksumsIT extends ConnectedTest {
    private static final long SEED = Long.getLong("berth.seed", System.nanoTime());
    private static final int OBJECT = ObjectBuffer.BYTES;
    private static final int SIZE = 3 * OBJECT + (1 << 16);
    private static final int BLOCK = 4096;
    private static final ImageSpec DISK = new ImageSpec("vms", "disk");

    private final Random random = new Random(SEED);

    private Handle handle(ImageSpec spec) {
        PoolSpec pool = PoolSpec.parse(spec.pool());
        return connection.in(
                Task.image("opening", spec.pool()),
                context -> new Handle(connection, pool, RbdImage.open(context, spec.image(), true), _ -> {
                    throw new AssertionError("opened anew");
                }));
    }

    private static long expected(byte[] disk, int object, int length) {
        ObjectBuffer buffer = new ObjectBuffer();
        buffer.claim(0, length).put(disk, object * OBJECT, length);
        buffer.normalize(length);
        return StoredChecksums.expected(buffer, length);
    }

    /** Changes a few ranges, most of them of whole blocks, on both sides. */
    private void change(Image image, byte[] content) {
        for (int i = random.nextInt(12); i > 0; i--) {
            int unit = random.nextInt(4) == 0 ? 512 : BLOCK;
            int at = random.nextInt(SIZE / unit) * unit;
            int length = Math.min(SIZE - at, (1 + random.nextInt(300)) * unit);
            switch (random.nextInt(4)) {
                case 0 -> {
                    image.discard(at, length);
                    byte[] now = new byte[length];
                    image.read(at, ByteBuffer.wrap(now));
                    System.arraycopy(now, 0, content, at, length);
                }
                case 1 -> {
                    image.writeZeroes(at, length, false);
                    Arrays.fill(content, at, at + length, (byte) 0);
                }
                default -> {
                    byte[] bytes = new byte[length];
                    random.nextBytes(bytes);
                    image.write(at, ByteBuffer.wrap(bytes));
                    System.arraycopy(bytes, 0, content, at, length);
                }
            }
        }
    }

    @Test
    void equalBytesMatchAtEveryPointInTimeAndAnyOtherBitDoesNot() {
        store.create(DISK, SIZE, Layout.DEFAULT);
        List<byte[]> points = new ArrayList<>();
        List<OptionalLong> snapshots = new ArrayList<>();
        byte[] content = new byte[SIZE];
        try (Image image = store.open(DISK, Access.READ_WRITE)) {
            byte[] block = new byte[BLOCK];
            random.nextBytes(block);
            image.write(0, ByteBuffer.wrap(block));
            System.arraycopy(block, 0, content, 0, BLOCK);
            for (int point = 0; point < 4; point++) {
                if (point > 0) { // So that one object at least ends with a block, which the OSD can tell.
                    change(image, content);
                }
                Snapshot snapshot = image.createSnapshot("s" + point);
                snapshots.add(OptionalLong.of(snapshot.id()));
                points.add(content.clone());
            }
            change(image, content);
            image.flush();
        }
        snapshots.add(OptionalLong.empty());
        points.add(content);

        Handle handle = handle(DISK);
        int matched = 0;
        for (int point = 0; point < points.size(); point++) {
            try (StoredChecksums stored =
                    StoredChecksums.of(connection, handle, snapshots.get(point)).orElseThrow()) {
                matched += compare(stored, points.get(point), "seed " + SEED + ", point " + point);
            }
        }
        handle.close();
        assertThat(matched).as("objects that were found equal, seed %d", SEED).isPositive();
    }

    /** How many objects are found to be equal. */
    private int compare(StoredChecksums stored, byte[] disk, String which) {
        int matched = 0;
        for (int object = 0; object * OBJECT < SIZE; object++) {
            int length = Math.min(OBJECT, SIZE - object * OBJECT);
            boolean equal = stored.match(object, length, expected(disk, object, length));
            matched += equal ? 1 : 0;
            byte[] other = disk.clone();
            other[object * OBJECT + random.nextInt(length)] ^= (byte) (1 << random.nextInt(8));
            assertThat(stored.match(object, length, expected(other, object, length)))
                    .as("%s, object %d with a bit flipped", which, object)
                    .isFalse();
        }
        return matched;
    }

    @Test
    void anObjectOfWholeBlocksIsFoundEqualWithoutReadingIt() {
        store.create(DISK, SIZE, Layout.DEFAULT);
        byte[] content = new byte[SIZE];
        try (Image image = store.open(DISK, Access.READ_WRITE)) {
            for (int at = 0; at < SIZE; at += OBJECT) {
                byte[] bytes = new byte[BLOCK * (1 + random.nextInt(15))];
                random.nextBytes(bytes);
                image.write(at, ByteBuffer.wrap(bytes));
                System.arraycopy(bytes, 0, content, at, bytes.length);
            }
        }

        Handle handle = handle(DISK);
        try (StoredChecksums stored =
                StoredChecksums.of(connection, handle, OptionalLong.empty()).orElseThrow()) {
            assertThat(compare(stored, content, "seed " + SEED)).isEqualTo(4);
            assertThat(stored.match(0, OBJECT, StoredChecksums.expected(new ObjectBuffer(), OBJECT)))
                    .isFalse();
            assertThat(expected(content, 0, OBJECT - 1))
                    .as("part of a block is not told")
                    .isEqualTo(DigestLog.NO_CHECKSUM);
        }
        handle.close();
    }

    @Test
    void aCloneThatShowsItsParentIsNotTold() {
        store.create(DISK, SIZE, Layout.DEFAULT);
        byte[] content = new byte[SIZE];
        Arrays.fill(content, (byte) 7);
        try (Image image = store.open(DISK, Access.READ_WRITE)) {
            image.write(0, ByteBuffer.wrap(content));
            image.createSnapshot("s");
            image.protectSnapshot("s");
        }
        ImageSpec clone = new ImageSpec("vms", "clone");
        store.clone(DISK.at("s"), clone, Layout.DEFAULT);

        Handle handle = handle(clone);
        try (StoredChecksums stored =
                StoredChecksums.of(connection, handle, OptionalLong.empty()).orElseThrow()) {
            assertThat(stored.match(0, OBJECT, expected(content, 0, OBJECT))).isFalse();
            assertThat(stored.match(0, OBJECT, StoredChecksums.expected(new ObjectBuffer(), OBJECT)))
                    .isFalse();
        }
        handle.close();
    }

    @Test
    void theDataPoolOfANamespacesImageIsLookedAt() {
        CephCluster.shared().rbd("namespace", "create", "vms/tenant");
        store.createPool("data");
        ImageSpec disk = new ImageSpec("vms/tenant", "disk");
        CreateOptions options = new CreateOptions(Optional.empty(), Optional.of("data"), false);
        store.create(disk, OBJECT, Layout.DEFAULT, options);
        byte[] content = new byte[OBJECT];
        random.nextBytes(content);
        try (Image image = store.open(disk, Access.READ_WRITE)) {
            image.write(0, ByteBuffer.wrap(content));
        }

        Handle handle = handle(disk);
        try (StoredChecksums stored =
                StoredChecksums.of(connection, handle, OptionalLong.empty()).orElseThrow()) {
            assertThat(stored.match(0, OBJECT, expected(content, 0, OBJECT))).isTrue();
        }
        handle.close();
    }

    @Test
    void imagesWithOtherObjectsAreLeftOut() {
        store.create(DISK, SIZE, Layout.ofOrder(23));
        ImageSpec striped = new ImageSpec("vms", "striped");
        store.create(striped, SIZE, new Layout(22, 1 << 16, 4));

        for (ImageSpec spec : List.of(DISK, striped)) {
            Handle handle = handle(spec);
            assertThat(StoredChecksums.of(connection, handle, OptionalLong.empty()))
                    .isEmpty();
            handle.close();
        }
    }
}
