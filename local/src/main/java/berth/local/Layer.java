package berth.local;

import berth.local.page.LayerMap;
import org.jspecify.annotations.Nullable;

/**
 * A layer in memory. Its place in the stack ({@link #below}, {@link #overlap}, {@link #fill}) changes only while the
 * locks of all images that can see it are held exclusively.
 */
final class Layer {
    private final long number;
    private final LayerData data;
    private final LayerMap map;
    private @Nullable Layer below;
    private long overlap;
    private int fillPoint = -1;
    private @Nullable FillState fill;

    /** How many loaded images use the layer; under the layer table's monitor. */
    int users;

    Layer(long number, LayerData data, LayerMap map) {
        this.number = number;
        this.data = data;
        this.map = map;
    }

    long number() {
        return number;
    }

    LayerData data() {
        return data;
    }

    LayerMap map() {
        return map;
    }

    /** The layer that shows through; null when there is none. */
    @Nullable
    Layer below() {
        return below;
    }

    /** How many bytes of the layer below show through. */
    long overlap() {
        return overlap;
    }

    /** How many blocks of the layer below show through, the last one maybe in part. */
    long overlapBlocks() {
        return below == null ? 0 : blocks(overlap);
    }

    /** The fill that this layer belongs to; null unless it is a fill layer. */
    @Nullable
    FillState fill() {
        return fill;
    }

    /** The origin's point in time that is filled into this layer. */
    int fillPoint() {
        return fillPoint;
    }

    void place(@Nullable Layer newBelow, long newOverlap) {
        below = newBelow;
        overlap = newOverlap;
    }

    void fillFrom(@Nullable FillState newFill, int point) {
        fill = newFill;
        fillPoint = point;
    }

    /** The number of blocks that {@code bytes} bytes take. */
    static long blocks(long bytes) {
        return (bytes + LayerMap.BLOCK_BYTES - 1) >>> LayerMap.BLOCK_SHIFT;
    }
}
