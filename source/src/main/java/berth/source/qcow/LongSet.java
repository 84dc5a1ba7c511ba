package berth.source.qcow;

import java.util.Arrays;

/** Numbers other than 0, at 8 to 16 bytes each. For one thread. */
final class LongSet {
    private static final long MIX = 0x9e3779b97f4a7c15L;

    private long[] slots = new long[1024];
    private int size;

    int size() {
        return size;
    }

    /** Adds a number and says whether it was not there before. */
    boolean add(long number) {
        if (size >= slots.length / 4 * 3) {
            long[] old = slots;
            slots = new long[old.length * 2];
            size = 0;
            Arrays.stream(old).filter(present -> present != 0).forEach(this::insert);
        }
        return insert(number);
    }

    private boolean insert(long number) {
        int mask = slots.length - 1;
        int at = (int) ((number * MIX) >>> 32) & mask;
        while (slots[at] != 0) {
            if (slots[at] == number) {
                return false;
            }
            at = (at + 1) & mask;
        }
        slots[at] = number;
        size++;
        return true;
    }
}
