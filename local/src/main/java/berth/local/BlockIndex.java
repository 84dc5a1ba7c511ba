package berth.local;

import berth.local.page.BlockState;
import berth.local.page.EvictionQueue;
import berth.local.page.LayerMap;
import berth.local.page.LayerMap.PageView;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Says for each block of a point in time which layer holds it, at the same cost however deep the stack is.
 *
 * <p>The index is cut into chunks of 64 MiB of the disk (a page of the maps), built from the maps on first use, and
 * dropped when there are too many. A writer first changes the map and then calls {@link #update}. That is enough to keep
 * chunks true: a chunk is published before it is built, and both building and updating hold its monitor; so a build
 * either sees the writer's change in the map, or the writer finds the chunk and waits.
 *
 * <p>Codes: {@link #HOLE}, {@link #ZERO}, or a layer's number in this index with what it is for: see {@link #isOrigin}.
 */
final class BlockIndex {
    /** Nothing anywhere. */
    static final int HOLE = 0;
    /** Zeroes by order of a layer. */
    static final int ZERO = 1;

    private static final int FIRST_LAYER = 2;
    private static final int MAX_LAYERS = (Short.MAX_VALUE - FIRST_LAYER) / 2;
    private static final BitSet NONE = new BitSet(0);
    private static final VarHandle CODE = MethodHandles.arrayElementVarHandle(short[].class);

    private final EvictionQueue queue;
    private final List<Layer> layers = new ArrayList<>();
    private volatile AtomicReferenceArray<@Nullable Chunk> chunks;
    private volatile Layer[] table = new Layer[0];

    private static final class Chunk {
        /** Null while nothing is in the chunk at all. */
        volatile short @Nullable [] codes;

        volatile boolean built;
    }

    /**
     * An index of what is seen from {@code top}.
     *
     * @param bytes the size of the disk
     */
    BlockIndex(Layer top, long bytes, EvictionQueue queue) {
        this.queue = queue;
        this.chunks = new AtomicReferenceArray<>(chunkCount(bytes));
        for (Layer layer = top; layer != null; layer = layer.below()) {
            layers.addFirst(layer);
        }
        table = layers.toArray(Layer[]::new);
    }

    private static int chunkCount(long bytes) {
        return (int) ((Layer.blocks(bytes) + LayerMap.PAGE_BLOCKS - 1) >>> LayerMap.PAGE_SHIFT);
    }

    /**
     * Puts a new, empty layer on top. The image's lock is held exclusively.
     *
     * @return whether there was room; otherwise a new index is needed
     */
    boolean push(Layer top) {
        if (layers.size() >= MAX_LAYERS) {
            return false;
        }
        layers.add(top);
        table = layers.toArray(Layer[]::new);
        return true;
    }

    /** Makes room for a larger disk. The image's lock is held exclusively. */
    void grow(long bytes) {
        AtomicReferenceArray<@Nullable Chunk> old = chunks;
        AtomicReferenceArray<@Nullable Chunk> grown =
                new AtomicReferenceArray<>(Math.max(old.length(), chunkCount(bytes)));
        for (int i = 0; i < old.length(); i++) {
            grown.set(i, old.get(i));
        }
        chunks = grown;
    }

    /** The top layer. */
    Layer top() {
        Layer[] all = table;
        return all[all.length - 1];
    }

    /** The code that stands for data in the top layer. */
    int topCode() {
        return FIRST_LAYER + 2 * (table.length - 1);
    }

    /** The layer that a code names. */
    Layer layer(int code) {
        return table[(code - FIRST_LAYER) >> 1];
    }

    /** Whether the block is to be read from the origin of the fill layer that the code names. */
    static boolean isOrigin(int code) {
        return code >= FIRST_LAYER && (code & 1) == 1;
    }

    /** Whether a layer has data for the block. */
    static boolean isData(int code) {
        return code >= FIRST_LAYER && (code & 1) == 0;
    }

    /** The code of a block. */
    int code(long block) {
        short[] codes = chunk((int) (block >>> LayerMap.PAGE_SHIFT)).codes;
        return codes == null ? HOLE : (short) CODE.getAcquire(codes, (int) (block & (LayerMap.PAGE_BLOCKS - 1)));
    }

    /**
     * The end of the run of blocks that begins with {@code block}, which had the code when it was asked for, and may have
     * got another one since: the first block after it that has another code, at most {@code end}.
     */
    long runEnd(long block, long end, int code) {
        long at = block + 1;
        while (at < end) {
            short[] codes = chunk((int) (at >>> LayerMap.PAGE_SHIFT)).codes;
            long chunkEnd = Math.min(end, ((at >>> LayerMap.PAGE_SHIFT) + 1) << LayerMap.PAGE_SHIFT);
            if (codes == null) {
                if (code != HOLE) {
                    return at;
                }
                at = chunkEnd;
                continue;
            }
            for (; at < chunkEnd; at++) {
                if ((short) CODE.getAcquire(codes, (int) (at & (LayerMap.PAGE_BLOCKS - 1))) != code) {
                    return at;
                }
            }
        }
        return end;
    }

    /** Notes that blocks {@code from} to {@code to}, exclusive, have another code now; their map says so already. */
    void update(long from, long to, int code) {
        long at = from;
        while (at < to) {
            int number = (int) (at >>> LayerMap.PAGE_SHIFT);
            long chunkEnd = Math.min(to, (number + 1L) << LayerMap.PAGE_SHIFT);
            Chunk chunk = chunks.get(number);
            if (chunk != null) {
                synchronized (chunk) {
                    short[] codes = chunk.codes;
                    if (codes == null) {
                        codes = new short[LayerMap.PAGE_BLOCKS];
                    }
                    for (; at < chunkEnd; at++) {
                        CODE.setRelease(codes, (int) (at & (LayerMap.PAGE_BLOCKS - 1)), (short) code);
                    }
                    chunk.codes = codes;
                }
            }
            at = chunkEnd;
        }
    }

    /** Forgets the chunks of a range of blocks; they are built anew when they are used. */
    void invalidate(long from, long to) {
        AtomicReferenceArray<@Nullable Chunk> all = chunks;
        for (long n = from >>> LayerMap.PAGE_SHIFT; n <= (to - 1) >>> LayerMap.PAGE_SHIFT && n < all.length(); n++) {
            all.set((int) n, null);
        }
    }

    private Chunk chunk(int number) {
        AtomicReferenceArray<@Nullable Chunk> all = chunks;
        Chunk chunk = all.get(number);
        if (chunk != null && chunk.built) {
            return chunk;
        }
        return buildChunk(all, number);
    }

    private Chunk buildChunk(AtomicReferenceArray<@Nullable Chunk> all, int number) {
        Chunk fresh = new Chunk();
        Chunk published = all.compareAndExchange(number, null, fresh);
        Chunk chunk = published == null ? fresh : published;
        synchronized (chunk) {
            if (!chunk.built) {
                try {
                    chunk.codes = build(number);
                } catch (RuntimeException e) {
                    all.compareAndSet(number, chunk, null);
                    throw e;
                }
                chunk.built = true;
            }
        }
        if (published == null) {
            queue.added(() -> {
                all.compareAndSet(number, chunk, null);
                return true;
            });
        }
        return chunk;
    }

    private short @Nullable [] build(int number) {
        short[] codes = null;
        long first = (long) number << LayerMap.PAGE_SHIFT;
        long visible = Long.MAX_VALUE;
        Layer[] all = table;
        for (int ordinal = all.length - 1; ordinal >= 0 && first < visible; ordinal--) {
            Layer layer = all[ordinal];
            int limit = (int) Math.min(LayerMap.PAGE_BLOCKS, visible - first);
            FillState fill = layer.fill();
            BitSet unfilled = fill == null ? NONE : fill.unfilled(number);
            PageView page = layer.map().page(number);
            if (!page.isEmpty() || !unfilled.isEmpty()) {
                codes = codes == null ? new short[LayerMap.PAGE_BLOCKS] : codes;
                addLayer(codes, limit, page, FIRST_LAYER + 2 * ordinal);
                addOrigin(codes, limit, unfilled, FIRST_LAYER + 2 * ordinal + 1);
            }
            visible = Math.min(visible, layer.overlapBlocks());
        }
        return codes;
    }

    private static void addLayer(short[] codes, int limit, PageView page, int dataCode) {
        int at = 0;
        while (at < limit) {
            BlockState state = page.get(at);
            int end = Math.min(limit, page.runEnd(at));
            if (state != BlockState.ABSENT) {
                short code = (short) (state == BlockState.DATA ? dataCode : ZERO);
                fillUnresolved(codes, at, end, code);
            }
            at = end;
        }
    }

    private static void addOrigin(short[] codes, int limit, BitSet unfilled, int originCode) {
        for (int at = unfilled.nextSetBit(0); at >= 0 && at < limit; ) {
            int end = unfilled.nextClearBit(at);
            fillUnresolved(codes, at, Math.min(limit, end), (short) originCode);
            at = unfilled.nextSetBit(end);
        }
    }

    private static void fillUnresolved(short[] codes, int from, int to, short code) {
        for (int i = from; i < to; i++) {
            if (codes[i] == HOLE) {
                codes[i] = code;
            }
        }
    }
}
