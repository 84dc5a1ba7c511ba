package berth.migration;

import java.util.OptionalLong;

/** Says how much space a store has left. */
@FunctionalInterface
public interface SpaceProbe {
    /** The free bytes where a pool's images are kept; empty when that is not known. */
    OptionalLong availableBytes(String pool);

    /** Knows nothing. */
    SpaceProbe UNKNOWN = pool -> OptionalLong.empty();
}
