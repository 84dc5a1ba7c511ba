package berth.local.page;

import berth.block.BlockException;
import berth.block.Problem;

/** What a layer has of a block. */
public enum BlockState {
    /** Nothing: what lies below shows through. */
    ABSENT(0),
    /** Its data file has the bytes. */
    DATA(1),
    /** It reads as zeroes, whatever lies below. */
    ZERO(2);

    private final int bits;

    BlockState(int bits) {
        this.bits = bits;
    }

    /** The two bits in the map. */
    int bits() {
        return bits;
    }

    static BlockState of(long bits) {
        return switch ((int) bits) {
            case 0 -> ABSENT;
            case 1 -> DATA;
            case 2 -> ZERO;
            default -> throw new BlockException(Problem.CORRUPT, "a layer map has an unknown block state");
        };
    }
}
