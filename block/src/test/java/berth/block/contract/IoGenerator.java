package berth.block.contract;

import berth.block.ImageSpec;
import java.util.Random;

/** Makes up sizes, and reads and writes of all alignments. */
final class IoGenerator {
    private static final int BLOCK = SparseBytes.BLOCK;
    /** Where large images are written: around multiples of these. */
    private static final long[] BOUNDARIES = {4 << 20, 64 << 20};

    private final Scale scale;
    private final Random random;
    private long lastContent;

    private record Range(long offset, int length) {}

    IoGenerator(Scale scale, Random random) {
        this.scale = scale;
        this.random = random;
    }

    /** The size of an image: mostly small, seldom large or huge, sometimes whole blocks. */
    long size() {
        return switch (random.nextInt(12)) {
            case 0 -> random.nextInt(3);
            case 1 -> random.nextInt(3 * BLOCK);
            case 2 -> random.nextLong(scale.hugeBytes());
            case 3 -> random.nextInt(scale.mediumBytes());
            case 4, 5 -> (long) BLOCK * random.nextInt(scale.smallBytes() / BLOCK);
            default -> random.nextLong(scale.smallBytes());
        };
    }

    /** A size near or far from the old one. */
    long newSize(long old) {
        return switch (random.nextInt(4)) {
            case 0 -> Math.max(0, old + random.nextInt(-3 * BLOCK, 3 * BLOCK));
            case 1 -> old / 2;
            case 2 -> Math.min(old, scale.smallBytes()) + random.nextInt(scale.longBytes() / 3);
            default ->
                old > scale.smallBytes() ? random.nextLong(scale.hugeBytes()) : random.nextLong(scale.smallBytes());
        };
    }

    Operation next(ImageSpec spec, long size) {
        Range range = range(size);
        return switch (random.nextInt(20)) {
            case 0 -> Operations.flush(spec);
            case 1 -> random.nextInt(4) == 0 ? Operations.writeReadOnly(spec) : write(spec, range);
            case 2, 3, 4, 5 -> Operations.read(spec, range.offset(), range.length());
            case 6, 7, 8, 9, 10 -> zero(spec, range, size);
            case 11 -> Operations.write(spec, range.offset(), new byte[range.length()], "zeroes");
            default -> write(spec, range);
        };
    }

    private Operation write(ImageSpec spec, Range range) {
        lastContent++;
        byte[] bytes = ContractBase.bytes(lastContent, range.length());
        return Operations.write(spec, range.offset(), bytes, "content " + lastContent);
    }

    private Operation zero(ImageSpec spec, Range range, long size) {
        ZeroingContract.Zeroing[] ways = ZeroingContract.Zeroing.values();
        ZeroingContract.Zeroing way = ways[random.nextInt(ways.length)];
        long rest = Math.max(0, size - range.offset());
        boolean far = random.nextInt(5) == 0 && way != ZeroingContract.Zeroing.ZERO_KEEPING_SPACE;
        long length = far && rest > 0 ? random.nextLong(rest) + 1 : range.length();
        return Operations.zero(spec, way, range.offset(), length);
    }

    /** A range that lies within the size, but for one in forty. */
    private Range range(long size) {
        if (random.nextInt(40) == 0) {
            return new Range(size - random.nextInt(2 * BLOCK), 2 * BLOCK + random.nextInt(BLOCK));
        }
        int length = (int) Math.min(size, length());
        long offset = offset(size, length);
        if (random.nextBoolean()) {
            offset -= offset % BLOCK;
        }
        return new Range(offset, length);
    }

    private int length() {
        return switch (random.nextInt(12)) {
            case 0 -> scale.longBytes();
            case 1, 2 -> random.nextInt(scale.longBytes() / 10);
            case 3, 4, 5, 6 -> BLOCK * random.nextInt(1, 20);
            default -> random.nextInt(1, 3 * BLOCK);
        };
    }

    private long offset(long size, int length) {
        long last = size - length;
        if (last <= scale.smallBytes() || random.nextInt(8) == 0) {
            return random.nextLong(last + 1);
        }
        // Few places, so that requests to a large image meet now and then.
        long boundary = BOUNDARIES[random.nextInt(2)] * random.nextInt(4) + random.nextInt(-2 * BLOCK, 2 * BLOCK);
        return Math.clamp(random.nextInt(5) == 0 ? last - boundary : boundary, 0, last);
    }
}
