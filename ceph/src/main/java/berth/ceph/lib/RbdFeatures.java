package berth.ceph.lib;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** RBD's features: their names, and their bits in the library. */
public final class RbdFeatures {
    /** The name of the lock that a client has while it writes. */
    public static final String EXCLUSIVE_LOCK = "exclusive-lock";
    /** The name of the map that says which objects exist. */
    public static final String OBJECT_MAP = "object-map";
    /** The name of the feature by which the object map says what changed. */
    public static final String FAST_DIFF = "fast-diff";

    /** The name of the journal that mirrors read. */
    public static final String JOURNALING = "journaling";

    /** The name of what says that the data are in another pool. */
    public static final String DATA_POOL = "data-pool";

    /** The bit of {@link #FAST_DIFF}. */
    public static final long FAST_DIFF_BIT = 1 << 4;

    private RbdFeatures() {}

    /** The names of what the bits say, in the order of the bits as rbd shows them. */
    public static List<String> names(long features) {
        String joined = Text.filled(
                Rbd.FEATURES_TO_STRING, (memory, size) -> Rbd.FEATURES_TO_STRING.callInt(features, memory, size));
        return joined.isEmpty()
                ? List.of()
                : Stream.of(joined.split(","))
                        .sorted(Comparator.comparingLong(name -> bits(List.of(name))))
                        .toList();
    }

    /** The bits for the names. @throws NativeFailure with EINVAL for a name that the library does not know */
    public static long bits(Collection<String> names) {
        if (names.isEmpty()) {
            return 0;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bits = arena.allocate(JAVA_LONG);
            Rbd.FEATURES_FROM_STRING.check(
                    arena.allocateFrom(String.join(",", names)).address(), bits.address());
            return bits.get(JAVA_LONG, 0);
        }
    }

    /** The version of the library's interface, for example {@code 1.16.0}. */
    public static String libraryVersion() {
        return Rbd.version();
    }
}
