package berth.block.contract;

import berth.block.BlockException;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** Everything that a model holds; it outlives the {@link ModelStore} that is closed. Its monitor guards all of it. */
final class ModelState {
    final TreeSet<String> pools = new TreeSet<>();
    final List<ModelImage> images = new ArrayList<>();
    final List<ModelMigration> migrations = new ArrayList<>();
    final List<ModelHandle> handles = new ArrayList<>();
    private long lastNumber;

    /** A number that was never given before. */
    long nextNumber() {
        return ++lastNumber;
    }

    void requirePool(String pool) {
        if (!pools.contains(pool)) {
            throw new BlockException(Problem.POOL_NOT_FOUND, "pool '" + pool + "' does not exist");
        }
    }

    Optional<ModelImage> find(ImageSpec spec) {
        return images.stream()
                .filter(image -> image.trashed == null && image.spec().equals(spec))
                .findFirst();
    }

    ModelImage image(ImageSpec spec) {
        requirePool(spec.pool());
        return find(spec).orElseThrow(() -> notFound(spec.toString()));
    }

    ModelImage imageById(String pool, String id) {
        requirePool(pool);
        return images.stream()
                .filter(image -> image.id.equals(id) && image.spec().pool().equals(pool))
                .findFirst()
                .orElseThrow(() -> notFound("with id " + id + " in pool " + pool));
    }

    private static BlockException notFound(String what) {
        return new BlockException(Problem.IMAGE_NOT_FOUND, "image " + what + " does not exist");
    }

    void requireFree(ImageSpec spec) {
        requirePool(spec.pool());
        if (find(spec).isPresent()) {
            throw new BlockException(Problem.IMAGE_EXISTS, "image " + spec + " exists");
        }
    }

    ModelImage add(ImageSpec spec, Layout layout, ModelVersion head) {
        ModelImage image = new ModelImage(Long.toHexString((1L << 40) + nextNumber()), spec, layout, head);
        images.add(image);
        return image;
    }

    /** The images that are clones of a snapshot of {@code parent}, in order. */
    List<ModelImage> children(ModelImage parent) {
        return images.stream()
                .filter(image -> image.parent != null && image.parent.image() == parent)
                .sorted((a, b) -> a.spec().compareTo(b.spec()))
                .toList();
    }

    /** Makes the clones of one image clones of another that has the same snapshots. */
    void moveChildren(ModelImage from, ModelImage to) {
        for (ModelImage child : children(from)) {
            ModelImage.Parent link = child.parent;
            if (link != null) {
                child.parent = new ModelImage.Parent(to, link.snapshotId());
            }
        }
    }

    boolean isOpen(ModelImage image) {
        return handles.stream().anyMatch(handle -> handle.image() == image);
    }

    boolean isOpenForWriting(ModelImage image) {
        return handles.stream().anyMatch(handle -> handle.image() == image && !handle.readOnly());
    }

    void requireNotMigrating(ModelImage image) {
        if (migrations.stream().anyMatch(migration -> migration.involves(image))) {
            throw new BlockException(Problem.MIGRATING, "image " + image.spec() + " is part of a migration");
        }
    }
}
