package berth.nbd;

import berth.block.BlockDevice;
import berth.block.Extent;
import berth.block.ExtentSink;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Collects the answer to a block status request. One object for each thread of a connection.
 *
 * <p>The device is asked for one window after another, each twice as long as the one before, until the range or the
 * allowed number of descriptors is exhausted: neither a fragmented nor a very sparse disk makes an answer expensive.
 */
final class BlockStatus implements ExtentSink {
    /** The most descriptors in an answer; the client asks again from where they end. */
    static final int MAX_EXTENTS = 8192;

    private static final long FIRST_WINDOW_BYTES = 8 << 20;
    private static final long MAX_WINDOW_BYTES = 1 << 30;
    private static final int STATE_DATA = 0;
    private static final int STATE_SPARSE = Protocol.STATE_HOLE | Protocol.STATE_ZERO;

    /** Pairs of length and state. */
    private int[] descriptors = new int[16];

    private int count;
    private int most;
    private boolean complete;

    /**
     * Asks the device about a range.
     *
     * @param length from 1 to 2^32 - 1, within the device
     * @param one whether only the first extent is wanted
     */
    void collect(BlockDevice device, long offset, long length, boolean one) {
        count = 0;
        most = one ? 1 : MAX_EXTENTS;
        complete = false;
        long at = offset;
        long end = offset + length;
        for (long window = FIRST_WINDOW_BYTES; at < end && !complete; window = Math.min(MAX_WINDOW_BYTES, window * 2)) {
            long n = Math.min(window, end - at);
            device.extents(at, n, this);
            at += n;
        }
    }

    @Override
    public void accept(long offset, long length, Extent.Kind kind) {
        if (complete) {
            return;
        }
        int state = kind == Extent.Kind.DATA ? STATE_DATA : STATE_SPARSE;
        if (count > 0 && descriptors[2 * count - 1] == state) {
            // Sums stay below 2^32 because the request's length does.
            descriptors[2 * count - 2] += (int) length;
        } else if (count == most) {
            complete = true;
        } else {
            add((int) length, state);
        }
    }

    private void add(int length, int state) {
        if (2 * count == descriptors.length) {
            descriptors = Arrays.copyOf(descriptors, 2 * descriptors.length);
        }
        descriptors[2 * count] = length;
        descriptors[2 * count + 1] = state;
        count++;
    }

    /** The length of what {@link #put} puts. */
    int bytes() {
        return 8 * count;
    }

    /** Puts the descriptors. */
    void put(ByteBuffer out) {
        for (int i = 0; i < 2 * count; i++) {
            out.putInt(descriptors[i]);
        }
    }
}
