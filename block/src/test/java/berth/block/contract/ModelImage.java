package berth.block.contract;

import berth.block.BlockException;
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
        SnapshotSpec spec() {
            return image.spec().at(image.snapshot(snapshotId).name());
        }
    }

    final String id;
    final Layout layout;
    final Instant created = Instant.now();
    final List<ModelSnapshot> snapshots = new ArrayList<>();
    ModelVersion head;

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

    /** Becomes a copy of another image in everything but its name, id, layout and parent. */
    void takeVersionsOf(ModelImage other) {
        head = other.head.copy();
        snapshots.clear();
        snapshots.addAll(other.snapshots);
        nextSnapshotId = other.nextSnapshotId;
    }
}
