package berth.cloud.live;

import berth.block.BlockException;
import berth.block.BlockReader;
import berth.block.Extent;
import berth.block.Image;
import berth.block.Problem;
import berth.ceph.CephStore;
import berth.cloud.OpenDisk;
import berth.libvirt.NovaDisk;
import berth.source.SourceFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Proves that an image held what its file holds when the guest changed over: the file has not been written to since, which
 * QEMU's image lock and {@code /proc} are asked for, and the image has a snapshot from that moment. Every byte of both is
 * compared, but for where neither stores any.
 */
final class Proof {
    private static final int CHUNK_BYTES = 4 << 20;

    private final CephStore store;
    private final SourceFactory sources;
    private final List<Path> backingDirectories;
    private final ByteBuffer ofFile = ByteBuffer.allocateDirect(CHUNK_BYTES);
    private final ByteBuffer ofImage = ByteBuffer.allocateDirect(CHUNK_BYTES);

    Proof(CephStore store, SourceFactory sources, List<Path> backingDirectories) {
        this.store = store;
        this.sources = sources;
        this.backingDirectories = backingDirectories;
    }

    /**
     * Compares.
     *
     * @throws BlockException {@link Problem#CORRUPT} when they differ, {@link Problem#IMAGE_IN_USE} when someone writes to
     *     the file, {@link Problem#CANCELLED}, and what reading them can throw
     */
    void of(LiveDisk disk, LiveListener listener) {
        Path file = Path.of(disk.file());
        Path directory = file.getParent();
        NovaDisk nova = new NovaDisk(disk.name(), file, disk.format());
        try (OpenDisk old =
                        OpenDisk.open(directory == null ? Path.of("/") : directory, nova, backingDirectories, sources);
                Image image = store.open(disk.spec().at(Changeover.SNAPSHOT))) {
            BlockReader reader = old.source().points().getLast().reader();
            if (reader.size() != image.size()) {
                throw different(disk, "their sizes are " + reader.size() + " and " + image.size());
            }
            for (long at = 0; at < image.size(); at += CHUNK_BYTES) {
                int length = (int) Math.min(CHUNK_BYTES, image.size() - at);
                if (stores(reader, at, length) || stores(image, at, length)) {
                    compare(disk, reader, image, at, length);
                }
                if (!listener.verifying(at + length, image.size())) {
                    throw new BlockException(Problem.CANCELLED, "the proof of " + disk.spec() + " was cancelled");
                }
            }
        }
    }

    private static boolean stores(BlockReader reader, long at, int length) {
        AtomicBoolean data = new AtomicBoolean();
        reader.extents(at, length, (_, _, kind) -> {
            if (kind == Extent.Kind.DATA) {
                data.set(true);
            }
        });
        return data.get();
    }

    private void compare(LiveDisk disk, BlockReader reader, Image image, long at, int length) {
        ByteBuffer left = filled(ofFile, reader, at, length);
        ByteBuffer right = filled(ofImage, image, at, length);
        int mismatch = left.mismatch(right);
        if (mismatch >= 0) {
            throw different(disk, "the first difference is at byte " + (at + mismatch));
        }
    }

    private static ByteBuffer filled(ByteBuffer buffer, BlockReader reader, long at, int length) {
        buffer.clear().limit(length);
        reader.read(at, buffer);
        return buffer.flip();
    }

    private static BlockException different(LiveDisk disk, String how) {
        return new BlockException(
                Problem.CORRUPT,
                "image " + disk.spec() + " is not what " + disk.file() + " was when the guest changed over: " + how
                        + "; the file and the image's snapshot " + Changeover.SNAPSHOT + " are kept as they are");
    }
}
