package berth.block;

/**
 * The layout of an image as RBD has it. A store may keep it as metadata only.
 *
 * @param order the binary logarithm of the object size: 12 (4 KiB) to 25 (32 MiB)
 * @param stripeUnitBytes the stripe unit; it divides the object size
 * @param stripeCount objects to stripe over, at least 1
 */
public record Layout(int order, long stripeUnitBytes, long stripeCount) {
    /** The smallest order: 4 KiB objects. */
    public static final int MIN_ORDER = 12;
    /** The largest order: 32 MiB objects. */
    public static final int MAX_ORDER = 25;
    /** What RBD uses when nothing is said: 4 MiB objects, no striping. */
    public static final Layout DEFAULT = ofOrder(22);

    public Layout {
        if (order < MIN_ORDER || order > MAX_ORDER) {
            throw new BlockException(
                    Problem.INVALID_ARGUMENT, "object order " + order + " is not between 12 (4 KiB) and 25 (32 MiB)");
        }
        if (stripeUnitBytes <= 0 || (1L << order) % stripeUnitBytes != 0) {
            throw new BlockException(Problem.INVALID_ARGUMENT, "stripe unit is not a factor of the object size");
        }
        if (stripeCount < 1) {
            throw new BlockException(Problem.INVALID_ARGUMENT, "stripe count is less than 1");
        }
    }

    /** Objects of {@code 2^order} bytes without striping. */
    public static Layout ofOrder(int order) {
        return new Layout(order, 1L << Math.min(Math.max(order, 0), 62), 1);
    }

    /** The object size in bytes. */
    public long objectBytes() {
        return 1L << order;
    }

    /** The number of objects of an image of {@code size} bytes. */
    public long objects(long size) {
        return (size + objectBytes() - 1) >>> order;
    }

    /** Whether data are striped over more than one object at a time. */
    public boolean striped() {
        return stripeCount > 1 || stripeUnitBytes != objectBytes();
    }
}
