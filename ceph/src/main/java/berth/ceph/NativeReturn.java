package berth.ceph;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.Extent;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.block.ObjectBuffer;
import berth.block.Problem;
import berth.block.Snapshot;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What clients wrote to the target of a linked migration, on its way back to the source when the migration is aborted.
 *
 * <p>Librbd copies the target's disk back, but not where clients discarded or zeroed: there the source's old bytes would
 * come back without a word. Zeroes that are written as data it does copy; so everything that differs from the source is
 * written to the target again before. What librbd cannot bring back at all, snapshots and another size, is refused.
 */
final class NativeReturn implements AutoCloseable {
    private final NativeMove move;
    private final CephImage target;
    private final Image source;

    /** Opens both images. */
    NativeReturn(CephStore store, NativeMove move) {
        this.move = move;
        ImageSpec name = move.notes().source().orElseThrow();
        this.source = store.openById(name.pool(), move.notes().sourceId(), Optional.empty());
        try {
            this.target = store.open(move.target(), Access.READ_WRITE);
        } catch (RuntimeException e) {
            source.close();
            throw e;
        }
    }

    /**
     * Makes the target one that librbd brings back right. May be done again. What is written here was read before: nobody
     * else may write meanwhile, or it would be lost.
     */
    void prepare() {
        boolean locked = target.lockExclusively();
        target.requireNoOtherClient();
        requireNoOtherSnapshots();
        if (target.size() != source.size()) {
            throw new BlockException(
                    Problem.MIGRATION_STATE,
                    "image " + move.target() + " was resized from " + source.size() + " to " + target.size()
                            + " bytes since the migration was prepared, which an abort cannot bring back; resize it"
                            + " back, or commit the migration");
        }
        ObjectBuffer now = new ObjectBuffer();
        ObjectBuffer before = new ObjectBuffer();
        for (long object = 0; object < ObjectReads.count(target.size()); object++) {
            int length = ObjectReads.read(target, object, now);
            ObjectReads.read(source, object, before);
            if (!locked) {
                target.requireNoOtherClient();
            }
            write(object, length, now, before);
        }
        target.flush();
    }

    private void requireNoOtherSnapshots() {
        Set<String> known = source.snapshots().stream().map(Snapshot::name).collect(Collectors.toSet());
        List<String> others = target.snapshots().stream()
                .map(Snapshot::name)
                .filter(name -> !known.contains(name) && !name.equals(NativeMigrations.PROOF))
                .toList();
        if (!others.isEmpty()) {
            throw new BlockException(
                    Problem.IMAGE_HAS_SNAPSHOTS,
                    "image " + move.target() + " has snapshots that were taken since the migration was prepared, and"
                            + " that an abort would lose: " + String.join(", ", others)
                            + "; remove them, or commit the migration",
                    others);
        }
    }

    private void write(long object, int length, ObjectBuffer now, ObjectBuffer before) {
        long start = object * ObjectBuffer.BYTES;
        now.differences(before, length, (offset, n, kind) -> {
            if (kind == Extent.Kind.DATA) {
                target.write(start + offset, now.slice((int) offset, (int) (offset + n)));
            } else if (kind == Extent.Kind.ZERO) {
                target.write(start + offset, ByteBuffer.allocateDirect((int) n));
            }
        });
    }

    @Override
    public void close() {
        target.close();
        source.close();
    }
}
