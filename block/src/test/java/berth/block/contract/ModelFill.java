package berth.block.contract;

import berth.block.BlockException;
import berth.block.BlockReader;
import berth.block.Extent;
import berth.block.Fill;
import berth.block.ObjectDigest;
import berth.block.ObjectHasher;
import berth.block.Problem;
import berth.block.Source;
import berth.block.Zeroes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The copying side of the model's migrations: everything was copied at once, so this keeps the books. */
final class ModelFill implements Fill {
    static final int OBJECT_BYTES = 4 << 20;

    private final ModelState state;
    private final ModelMigration migration;
    private final Optional<Source> source;
    private boolean closed;

    ModelFill(ModelState state, ModelMigration migration, Optional<Source> source) {
        this.state = state;
        this.migration = migration;
        this.source = source;
    }

    @Override
    public long objectBytes() {
        return OBJECT_BYTES;
    }

    @Override
    public long objects() {
        return migration.objects();
    }

    @Override
    public boolean isFilled(long object) {
        synchronized (state) {
            return migration.digests.containsKey(object);
        }
    }

    @Override
    public long filledObjects() {
        synchronized (state) {
            return migration.digests.size();
        }
    }

    @Override
    public Copied fill(long object) {
        synchronized (state) {
            if (isFilled(object)) {
                return new Copied(0, 0, Optional.of(recorded(object)));
            }
            List<ObjectDigest> digests = new ArrayList<>();
            long bytes = 0;
            for (SparseBytes point : migration.points) {
                ByteBuffer content = object(point, object);
                digests.add(ObjectHasher.point(content));
                bytes += dataBytes(content);
            }
            ObjectDigest digest = ObjectHasher.object(digests);
            migration.digests.put(object, digest);
            return new Copied(bytes, bytes, Optional.of(digest));
        }
    }

    private static long dataBytes(ByteBuffer object) {
        long bytes = 0;
        for (int at = 0; at < object.limit(); at += ObjectHasher.BLOCK_BYTES) {
            int n = Math.min(ObjectHasher.BLOCK_BYTES, object.limit() - at);
            bytes += Zeroes.isZero(object.slice(at, n)) ? 0 : n;
        }
        return bytes;
    }

    @Override
    public ObjectDigest recorded(long object) {
        synchronized (state) {
            ObjectDigest digest = migration.digests.get(object);
            if (digest == null) {
                throw new BlockException(Problem.MIGRATION_STATE, "object " + object + " is not copied yet");
            }
            return digest;
        }
    }

    @Override
    public ObjectDigest reread(long object, Consumer<ObjectDigest> points) {
        synchronized (state) {
            List<ObjectDigest> digests = digests(migration.points, object);
            digests.forEach(points);
            return ObjectHasher.object(digests);
        }
    }

    @Override
    public ObjectDigest sourceDigest(long object) {
        return source.map(outside -> ObjectHasher.object(digests(
                        outside.points().stream().map(Source.Point::reader).toList(), object)))
                .orElseGet(() -> reread(object));
    }

    private static List<ObjectDigest> digests(List<? extends BlockReader> points, long object) {
        return points.stream()
                .map(point -> ObjectHasher.point(object(point, object)))
                .toList();
    }

    /** The bytes of an object, without the zeroes after its last data: they make no difference to a digest. */
    private static ByteBuffer object(BlockReader point, long object) {
        long offset = object * OBJECT_BYTES;
        long[] end = {offset};
        long length = Math.clamp(point.size() - offset, 0L, OBJECT_BYTES);
        if (length > 0) {
            point.extents(offset, length, (at, n, kind) -> end[0] = kind == Extent.Kind.DATA ? at + n : end[0]);
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) (end[0] - offset));
        if (bytes.hasRemaining()) {
            point.read(offset, bytes);
        }
        return bytes.flip();
    }

    @Override
    public void checkpoint() {
        // Everything in memory is as durable as it gets.
    }

    @Override
    public long foregroundRequests() {
        synchronized (state) {
            return migration.requests();
        }
    }

    @Override
    public void close() {
        synchronized (state) {
            if (!closed) {
                closed = true;
                migration.closeFill();
                source.ifPresent(Source::close);
            }
        }
    }
}
