package berth.block.contract;

import berth.block.BlockException;
import berth.block.Extent;
import berth.block.Fill;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.Problem;
import berth.block.Progress;
import berth.block.Source;
import berth.block.SourceOpener;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The steps of the model's migrations. Called with the model's lock held. */
final class ModelMigrations {
    private final ModelState state;
    private final SourceOpener opener;

    ModelMigrations(ModelState state, SourceOpener opener) {
        this.state = state;
        this.opener = opener;
    }

    /** The migration whose target has this name, or, where no image has it, whose source had it. */
    ModelMigration find(ImageSpec spec) {
        state.requirePool(spec.pool());
        Optional<ModelImage> named = state.find(spec);
        Optional<ModelMigration> found = named.isPresent()
                ? first(migration -> migration.target() == named.get())
                : first(migration -> migration.source().map(ModelImage::spec).equals(Optional.of(spec)));
        return found.orElseThrow(() -> {
            state.image(spec);
            return new BlockException(Problem.NOT_MIGRATING, "image " + spec + " is not migrating");
        });
    }

    private Optional<ModelMigration> first(Predicate<ModelMigration> wanted) {
        return state.migrations.stream().filter(wanted).findFirst();
    }

    ImageInfo prepareImport(ImageSpec spec, Layout layout, Source source, Map<String, String> attributes) {
        state.requireFree(spec);
        List<SparseBytes> points = load(source);
        SparseBytes now = points.getLast();
        ModelImage target = state.add(spec, layout, new ModelVersion(now.copy(), 0));
        for (int i = 0; i < points.size() - 1; i++) {
            Source.Point point = source.points().get(i);
            Instant when = point.created().orElse(target.created);
            target.addSnapshot(point.name(), point.isProtected(), when, new ModelVersion(points.get(i), 0));
        }
        state.migrations.add(new ModelMigration(target, source.description(), points, attributes));
        return target.info(target.head);
    }

    private static List<SparseBytes> load(Source source) {
        List<SparseBytes> points = new ArrayList<>();
        SparseBytes before = null;
        for (int i = 0; i < source.points().size(); i++) {
            before = load(source, i, before);
            points.add(before);
        }
        return points;
    }

    /** A point of a source; where nothing changed since the point before, it shares that one's blocks. */
    private static SparseBytes load(Source source, int index, @Nullable SparseBytes before) {
        Source.Point point = source.points().get(index);
        long size = point.reader().size();
        SparseBytes bytes = before == null ? new SparseBytes(size) : before.copy();
        bytes.resize(size);
        List<Extent> changes = new ArrayList<>();
        source.changes(index, 0, size, (offset, length, kind) -> {
            if (kind == Extent.Kind.DATA) {
                changes.add(new Extent(offset, length, kind));
            }
        });
        for (Extent change : changes) {
            bytes.zero(change.offset(), change.length(), false);
            List<Extent> parts = new ArrayList<>();
            point.reader().extents(change.offset(), change.length(), (o, n, kind) -> parts.add(new Extent(o, n, kind)));
            parts.stream()
                    .filter(part -> part.kind() == Extent.Kind.DATA)
                    .forEach(part -> copy(point, part.offset(), part.end(), bytes));
        }
        return bytes;
    }

    private static void copy(Source.Point point, long start, long end, SparseBytes to) {
        for (long at = start; at < end; at += ModelFill.OBJECT_BYTES) {
            ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(ModelFill.OBJECT_BYTES, end - at));
            point.reader().read(at, buffer);
            to.write(at, buffer.flip());
        }
    }

    ImageInfo prepareLinked(
            ImageSpec sourceSpec, ImageSpec spec, Layout layout, boolean flatten, Map<String, String> attributes) {
        ModelImage source = state.image(sourceSpec);
        state.requireNotMigrating(source);
        if (state.isOpenForWriting(source)) {
            throw new BlockException(Problem.IMAGE_IN_USE, "image " + sourceSpec + " is open for writing");
        }
        if (!spec.equals(sourceSpec)) {
            state.requireFree(spec);
        }
        source.trashed = Instant.now();
        ModelImage target = state.add(spec, layout, source.head);
        target.parent = flatten ? null : source.parent;
        target.takeVersionsOf(source, target.parent);
        state.moveChildren(source, target);
        List<SparseBytes> points = Stream.concat(
                        source.snapshots.stream().map(ModelSnapshot::version), Stream.of(source.head))
                .map(version -> version.bytes)
                .toList();
        state.migrations.add(new ModelMigration(target, source, flatten, points, attributes));
        return target.info(target.head);
    }

    Fill openFill(ImageSpec spec) {
        ModelMigration migration = find(spec);
        Optional<Source> source = migration.source().isPresent()
                ? Optional.empty()
                : Optional.of(opener.open(migration.toRecord().sourceDescription()));
        ModelFill fill = new ModelFill(state, migration, source);
        migration.opened(fill);
        return fill;
    }

    void commit(ImageSpec spec, Progress progress) {
        ModelMigration migration = find(spec);
        migration.requireFilled();
        progress.step(0, 1);
        migration.source().ifPresent(state.images::remove);
        end(migration);
    }

    void abort(ImageSpec spec, Progress progress) {
        ModelMigration migration = find(spec);
        ModelImage target = migration.target();
        if (state.isOpen(target)) {
            throw new BlockException(Problem.IMAGE_IN_USE, "image " + target.spec() + " is open");
        }
        migration.source().ifPresentOrElse(source -> requireNameFree(source, target), () -> requireNoClones(target));
        progress.step(0, 1);
        migration.source().ifPresent(source -> {
            source.takeVersionsOf(target, source.parent);
            source.trashed = null;
            state.moveChildren(target, source);
            migration.points.forEach(point -> showZeroes(source, point));
        });
        state.images.remove(target);
        end(migration);
    }

    /** Has an image and all clones above it show blocks of zeroes. */
    private void showZeroes(ModelImage image, SparseBytes below) {
        image.showZeroesOf(below);
        state.children(image).forEach(child -> showZeroes(child, below));
    }

    private void requireNameFree(ModelImage source, ModelImage target) {
        if (!source.spec().equals(target.spec())) {
            state.requireFree(source.spec());
        }
    }

    private void requireNoClones(ModelImage target) {
        List<String> children = state.children(target).stream()
                .map(child -> child.spec().toString())
                .toList();
        if (!children.isEmpty()) {
            throw new BlockException(
                    Problem.SNAPSHOT_HAS_CHILDREN, "image " + target.spec() + " has clones: " + children, children);
        }
    }

    private void end(ModelMigration migration) {
        migration.closeFill();
        state.migrations.remove(migration);
    }
}
