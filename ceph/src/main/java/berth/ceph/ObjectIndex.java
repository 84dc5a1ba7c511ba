package berth.ceph;

import berth.block.DiffSink;
import berth.block.ObjectBuffer;
import berth.block.Threads;
import java.util.BitSet;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * What the object map says of a snapshot, or of an image as it was at the first question, for those who go through it
 * piece by piece: librbd reads the whole map for every question. A snapshot never changes, and what its name and those of
 * others mean stays as it is in an image that is open for reading. Safe for use by several threads.
 */
final class ObjectIndex {
    /** Objects that are smaller are taken together: 16 TiB make 512 KiB. */
    private static final long PART_BYTES = ObjectBuffer.BYTES;

    private final Map<Optional<String>, CompletableFuture<BitSet>> parts = new ConcurrentHashMap<>();

    /** Whether it has been asked already what differs from a snapshot, or from nothing. */
    boolean knows(Optional<String> from) {
        return parts.containsKey(from);
    }

    /**
     * Tells, in ascending order, the parts of a range that matter, neighbours joined.
     *
     * @param from the snapshot from which they differ; when empty, those in which there is something
     * @param ask tells of all of the image, asked once
     * @param sink is told that they exist
     */
    void tell(Optional<String> from, long start, long end, Consumer<DiffSink> ask, DiffSink sink) {
        BitSet all = parts(from, ask);
        int last = part(end - 1);
        for (int first = all.nextSetBit(part(start)); first >= 0 && first <= last; ) {
            int next = all.nextClearBit(first);
            long begin = Math.max(start, first * PART_BYTES);
            sink.accept(begin, Math.min(end, next * PART_BYTES) - begin, true);
            first = all.nextSetBit(next);
        }
    }

    /** Whoever comes first asks, for all who wait; when that fails, it fails for all of them at once. */
    private BitSet parts(Optional<String> from, Consumer<DiffSink> ask) {
        CompletableFuture<BitSet> mine = new CompletableFuture<>();
        CompletableFuture<BitSet> others = parts.putIfAbsent(from, mine);
        if (others != null) {
            return Threads.join(others);
        }
        try {
            BitSet found = collect(ask);
            mine.complete(found);
            return found;
        } catch (RuntimeException | Error e) {
            parts.remove(from, mine);
            mine.completeExceptionally(e);
            throw e;
        }
    }

    /** The parts of {@link ObjectBuffer#BYTES} of which something is told. */
    static BitSet collect(Consumer<DiffSink> ask) {
        BitSet found = new BitSet();
        ask.accept((at, n, _) -> {
            if (n > 0) {
                found.set(part(at), part(at + n - 1) + 1);
            }
        });
        return found;
    }

    private static int part(long offset) {
        return (int) (offset / PART_BYTES);
    }
}
