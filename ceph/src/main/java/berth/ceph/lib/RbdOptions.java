package berth.ceph.lib;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import berth.block.Layout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How an image is made.
 *
 * @param layout object size and striping
 * @param features the bits of the features; when empty, what the cluster's configuration says
 * @param dataPool the pool for the data, when it is another than that of the metadata
 * @param cloneFormat 1 or 2 for a clone; 0 lets the cluster's configuration decide
 * @param flatten whether an image that is migrated gives up its parent
 */
public record RbdOptions(
        Layout layout, OptionalLong features, Optional<String> dataPool, int cloneFormat, boolean flatten) {
    private static final int FEATURES = 1;
    private static final int ORDER = 2;
    private static final int STRIPE_UNIT = 3;
    private static final int STRIPE_COUNT = 4;
    private static final int DATA_POOL = 10;
    private static final int FLATTEN = 11;
    private static final int CLONE_FORMAT = 12;

    /** How an image or clone is made that is not migrated. */
    public RbdOptions(Layout layout, OptionalLong features, Optional<String> dataPool, int cloneFormat) {
        this(layout, features, dataPool, cloneFormat, false);
    }

    /** A call that takes {@code rbd_image_options_t}. */
    @FunctionalInterface
    interface Use {
        void with(long options);
    }

    /** Makes the native form of this for one call. */
    void use(Use call) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ADDRESS);
            Rbd.OPTIONS_CREATE.call(out.address());
            long options = out.get(JAVA_LONG, 0);
            try {
                set(options, ORDER, layout.order());
                if (features.isPresent()) {
                    set(options, FEATURES, features.getAsLong());
                }
                // Also without striping: a clone would have the parent's, and its objects may be smaller.
                set(options, STRIPE_UNIT, layout.stripeUnitBytes());
                set(options, STRIPE_COUNT, layout.stripeCount());
                if (dataPool.isPresent()) {
                    Rbd.OPTIONS_SET_STRING.check(
                            options,
                            DATA_POOL,
                            arena.allocateFrom(dataPool.get()).address());
                }
                if (cloneFormat != 0) {
                    set(options, CLONE_FORMAT, cloneFormat);
                }
                if (flatten) {
                    set(options, FLATTEN, 1);
                }
                call.with(options);
            } finally {
                Rbd.OPTIONS_DESTROY.call(options);
            }
        }
    }

    private static void set(long options, int option, long value) {
        Rbd.OPTIONS_SET_NUMBER.check(options, option, value);
    }
}
