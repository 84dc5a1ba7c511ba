package berth.block.contract;

import berth.block.Layout;
import java.nio.charset.StandardCharsets;

/**
 * In what stores may differ. The contracts ask for no less than what a store says of itself.
 *
 * @param granuleBytes how finely the store knows what is stored: within a granule in which something is stored, or
 *     changed, it may call more than that data. A power of two, at least 4096, which is exact
 * @param maxNameBytes how long the name of an image may be, in bytes of UTF-8
 * @param quotesInPoolNames whether the name of a pool may have quotation marks and backslashes
 * @param rollbackRestoresOverlap whether a clone that was made smaller keeps its parent at any size, and shows all of it
 *     again after a rollback; what is read is the same in any case
 * @param clonesOfNothing whether a snapshot of no bytes can be cloned
 * @param usableFromProgress whether the progress of an operation may use the store
 * @param migrates whether images can be filled from an origin
 * @param maxObjects how many objects an image has at most where sizes are made up
 * @param operations how many random operations the oracle has time for
 */
public record StoreTraits(
        long granuleBytes,
        int maxNameBytes,
        boolean quotesInPoolNames,
        boolean rollbackRestoresOverlap,
        boolean clonesOfNothing,
        boolean usableFromProgress,
        boolean migrates,
        long maxObjects,
        int operations) {
    /** A store that knows every block. */
    public static final StoreTraits EXACT =
            new StoreTraits(4096, Integer.MAX_VALUE, true, true, true, true, true, Long.MAX_VALUE, 400);

    boolean exact() {
        return granuleBytes == SparseBytes.BLOCK;
    }

    /** The size of the largest image of a layout where sizes are made up. */
    long maxBytes(Layout layout) {
        return maxObjects > Long.MAX_VALUE >> layout.order() ? Long.MAX_VALUE : maxObjects << layout.order();
    }

    /** Whether an image may have the name. */
    boolean takesImage(String name) {
        return name.getBytes(StandardCharsets.UTF_8).length <= maxNameBytes;
    }

    /** Whether a pool may have the name. */
    boolean takesPool(String name) {
        return quotesInPoolNames || (name.indexOf('"') < 0 && name.indexOf('\\') < 0);
    }
}
