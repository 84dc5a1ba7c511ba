package berth.ceph;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import berth.block.BlockException;
import berth.block.BlockReader;
import berth.block.MigrationState;
import berth.block.ObjectBuffer;
import berth.block.ObjectBuffers;
import berth.block.ObjectDigest;
import berth.block.ObjectHasher;
import berth.block.Problem;
import berth.block.Progress;
import berth.block.SelfFilling;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The copying side of a migration of librbd: librbd copies, and Berth compares each point in time of the target with the
 * source. Safe for use by several threads.
 */
final class NativeFill implements SelfFilling {
    private static final int USEFUL_THREADS = 8;
    private static final int SECTOR_BYTES = 512;
    private static final VarHandle WORD = JAVA_LONG.varHandle();

    private final NativeMigrations migrations;
    private final NativeMove move;
    private final NativeSides sides;
    private final boolean proven;
    private final long objects;
    private final ObjectBuffers buffers = new ObjectBuffers();
    /** Of each object in the source, 0 where it is not known yet: millions for a large disk, too many for the heap. */
    private final MemorySegment known;
    /** What the target holds, of objects that have just been compared; asked for once. */
    private final Map<Long, List<ObjectDigest>> fresh = new ConcurrentHashMap<>();

    private volatile boolean clientWritesAccepted;

    /**
     * What an object holds at its points in time.
     *
     * @param source in the source
     * @param target in the target
     */
    private record Compared(ObjectDigest source, List<ObjectDigest> target) {}

    /** More are forgotten: where nobody asks for what the target holds. */
    private static final int MOST_FRESH = 64;

    /**
     * Takes over both sides.
     *
     * @param proven whether the target's last point in time is the disk as it was copied
     */
    NativeFill(NativeMigrations migrations, NativeMove move, NativeSides sides, boolean proven) {
        this.migrations = migrations;
        this.move = move;
        this.sides = sides;
        this.proven = proven;
        this.objects = ObjectReads.count(sides.pairs().stream()
                .mapToLong(pair -> Math.max(pair.source().size(), pair.target().size()))
                .max()
                .orElse(0));
        this.known = Arena.ofAuto().allocate(2 * Long.BYTES * Math.max(1, objects), Long.BYTES);
    }

    @Override
    public void run(Progress progress) {
        migrations.execute(move, progress);
    }

    @Override
    public boolean keepsWhatWasCopied() {
        return proven;
    }

    @Override
    public void acceptClientWrites() {
        clientWritesAccepted = true;
    }

    @Override
    public int usefulThreads(boolean withSource) {
        return USEFUL_THREADS;
    }

    @Override
    public long objectBytes() {
        return ObjectBuffer.BYTES;
    }

    @Override
    public long objects() {
        return objects;
    }

    @Override
    public boolean isFilled(long object) {
        return filledObjects() == objects;
    }

    @Override
    public long filledObjects() {
        MigrationState state = move.state();
        return state == MigrationState.EXECUTED || state == MigrationState.COMMITTING ? objects : 0;
    }

    @Override
    public Copied fill(long object) {
        throw new BlockException(Problem.UNSUPPORTED, "librbd copies in an order of its own");
    }

    @Override
    public ObjectDigest recorded(long object) {
        return source(object);
    }

    @Override
    public ObjectDigest sourceDigest(long object) {
        return source(object);
    }

    private ObjectDigest source(long object) {
        long low = (long) WORD.getVolatile(known, 2 * Long.BYTES * object);
        if (low != 0) {
            return new ObjectDigest(known.get(JAVA_LONG, (2 * object + 1) * Long.BYTES), low);
        }
        Compared compared = compare(object);
        if (fresh.size() < MOST_FRESH) {
            fresh.put(object, compared.target());
        }
        return compared.source();
    }

    @Override
    public ObjectDigest reread(long object, Consumer<ObjectDigest> points) {
        List<ObjectDigest> compared = fresh.remove(object);
        List<ObjectDigest> target = compared == null ? compare(object).target() : compared;
        target.forEach(points);
        return ObjectHasher.object(target);
    }

    private Compared compare(long object) {
        ObjectBuffer buffer = buffers.take();
        try {
            List<ObjectDigest> source = new ArrayList<>();
            List<ObjectDigest> target = new ArrayList<>();
            for (NativeSides.Pair pair : sides.pairs()) {
                ObjectDigest copied = digest(pair.target(), object, buffer);
                boolean withItself = pair.isDisk() && clientWritesAccepted && !proven;
                if (!withItself) {
                    requireSameSize(pair);
                }
                source.add(withItself ? copied : digest(pair.source(), object, buffer));
                target.add(copied);
            }
            ObjectDigest all = ObjectHasher.object(source);
            known.set(JAVA_LONG, (2 * object + 1) * Long.BYTES, all.high());
            WORD.setVolatile(known, 2 * Long.BYTES * object, all.low());
            return new Compared(all, List.copyOf(target));
        } finally {
            buffers.giveBack(buffer);
        }
    }

    /** What a source that was cut off has lost reads as zeroes on both sides. Librbd knows whole sectors only. */
    private void requireSameSize(NativeSides.Pair pair) {
        long source = pair.source().size();
        long target = pair.target().size();
        if (Math.ceilDiv(source, SECTOR_BYTES) != Math.ceilDiv(target, SECTOR_BYTES)) {
            throw new BlockException(
                    Problem.CORRUPT,
                    "verification failed: " + (pair.isDisk() ? "the disk" : "snapshot '" + pair.name() + "'") + " has "
                            + target + " bytes in " + move.target() + ", and " + source + " in the source as it is now."
                            + " Abort the migration and prepare it again; nothing was committed");
        }
    }

    private static ObjectDigest digest(BlockReader disk, long object, ObjectBuffer buffer) {
        return buffer.digest(ObjectReads.read(disk, object, buffer));
    }

    /** Librbd itself notes what it has copied. */
    @Override
    public void checkpoint() {}

    /** Clients of the image do not go through this program. */
    @Override
    public long foregroundRequests() {
        return 0;
    }

    @Override
    public void close() {
        sides.close();
    }
}
