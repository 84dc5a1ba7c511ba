package berth.block.contract;

import berth.block.BlockException;
import berth.block.BlockReader;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.ParentLink;
import berth.block.Problem;
import berth.block.SnapshotSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An image of the model: what it is now, its snapshots, and what it was cloned from. Guarded by the model's lock. */
final class ModelImage {
    /** The snapshot that an image was cloned from. */
    record Parent(ModelImage image, long snapshotId) {
        SparseBytes bytes() {
            return image.snapshot(snapshotId).version().bytes;
        }

        SnapshotSpec spec() {
            return image.spec().at(image.snapshot(snapshotId).name());
        }
    }

    final String id;
    final Layout layout;
    final Instant created = Instant.now();
    final List<ModelSnapshot> snapshots = new ArrayList<>();
    ModelVersion head;
    final Unflushed unflushed;

    @Nullable
    Parent parent;
    /** When a migration put it into the trash. */
    @Nullable
    Instant trashed;

    Instant accessed = created;
    Instant modified = created;
    private ImageSpec spec;
    private long nextSnapshotId = 1;

    ModelImage(String id, ImageSpec spec, Layout layout, ModelVersion head) {
        this.id = id;
        this.spec = spec;
        this.layout = layout;
        this.head = head;
        this.unflushed = new Unflushed(head.bytes);
    }

    ImageSpec spec() {
        return spec;
    }

    void rename(String name) {
        spec = new ImageSpec(spec.pool(), name);
    }

    /** What is known of the image as it was at a version. */
    ImageInfo info(ModelVersion version) {
        return new ImageInfo(
                id,
                spec,
                version.bytes.size(),
                layout,
                snapshots.size(),
                List.of("layering", "exclusive-lock", "object-map", "fast-diff", "deep-flatten"),
                created,
                accessed,
                modified,
                parentLink(version));
    }

    Optional<ParentLink> parentLink(ModelVersion version) {
        return Optional.ofNullable(parent).map(link -> new ParentLink(link.spec(), version.overlapBytes()));
    }

    ModelSnapshot snapshot(String name) {
        return snapshots.stream()
                .filter(snapshot -> snapshot.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new BlockException(
                        Problem.SNAPSHOT_NOT_FOUND, "snapshot " + spec + "@" + name + " does not exist"));
    }

    ModelSnapshot snapshot(long snapshotId) {
        return snapshots.stream()
                .filter(snapshot -> snapshot.id() == snapshotId)
                .findFirst()
                .orElseThrow();
    }

    void requireNoSnapshot(String name) {
        if (snapshots.stream().anyMatch(snapshot -> snapshot.name().equals(name))) {
            throw new BlockException(Problem.SNAPSHOT_EXISTS, "snapshot " + spec + "@" + name + " exists");
        }
    }

    ModelSnapshot addSnapshot(String name, boolean isProtected, Instant when, ModelVersion version) {
        ModelSnapshot snapshot = new ModelSnapshot(nextSnapshotId++, name, isProtected, when, version);
        snapshots.add(snapshot);
        return snapshot;
    }

    void replaceSnapshot(ModelSnapshot old, ModelSnapshot now) {
        snapshots.set(snapshots.indexOf(old), now);
    }

    /** Shows blocks of zeroes of what lies below, which nobody can tell from no blocks. */
    void showZeroesOf(SparseBytes below) {
        snapshots.forEach(snapshot -> snapshot.version().bytes.addZeroesOf(below));
        head.bytes.addZeroesOf(below);
        unflushed.showZeroesOf(below);
    }

    /** Has the bytes and the size of a version, durably. */
    void become(ModelVersion version) {
        head = version.copy();
        unflushed.flushed(head.bytes);
    }

    /** Changes the size, durably. */
    void resize(long size) {
        head.resize(size);
        unflushed.resized(size);
    }

    /** Takes what was found after a loss of power for what the image is now. */
    void recover(BlockReader found) {
        become(new ModelVersion(unflushed.explain(spec.toString(), found), head.overlapBytes()));
    }

    /**
     * Becomes a copy of another image in everything but its name, id, layout and parent. In the copy each point in time
     * was written over the one before, whatever the other image was rolled back to,
     * and the first one over the parent, if there is one.
     */
    void takeVersionsOf(ModelImage other, @Nullable Parent over) {
        snapshots.clear();
        SparseBytes before = over == null ? null : over.bytes();
        for (ModelSnapshot snapshot : other.snapshots) {
            ModelVersion copy = snapshot.version().after(before);
            snapshots.add(snapshot.of(copy));
            before = copy.bytes;
        }
        become(other.head.after(before));
        nextSnapshotId = other.nextSnapshotId;
    }
}
