package berth.local;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.BlockReader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * What an image may hold after a crash: for each sector the bytes at the last flush, and all that were written to it
 * since. The disk is looked at through windows, so that it can be large.
 */
final class CrashModel {
    static final int SECTOR = 512;
    /** Bytes of a window. */
    static final int WINDOW = 96 * 1024;
    /** Where the windows start: around the ends of pages of the maps and of objects. */
    static final long[] WINDOWS = {0, (4L << 20) - 40960, (64L << 20) - 49152, (130L << 20) - WINDOW};

    private final List<List<byte[]>> sectors = new ArrayList<>();

    /** An image of zeroes. */
    CrashModel() {
        for (int i = 0; i < WINDOWS.length * (WINDOW / SECTOR); i++) {
            sectors.add(new ArrayList<>(List.of(new byte[SECTOR])));
        }
    }

    private CrashModel(List<List<byte[]>> from) {
        from.forEach(versions -> sectors.add(new ArrayList<>(List.of(versions.getLast()))));
    }

    /** What is seen now, for good. */
    CrashModel latest() {
        return new CrashModel(sectors);
    }

    /** Everything written so far is durable. */
    void flushed() {
        sectors.forEach(versions -> {
            byte[] last = versions.getLast();
            versions.clear();
            versions.add(last);
        });
    }

    /** Bytes are written; {@code bytes} lies within a window. */
    void write(int window, int offset, byte[] bytes) {
        for (int at = 0; at < bytes.length; ) {
            int position = offset + at;
            int n = Math.min(bytes.length - at, SECTOR - position % SECTOR);
            List<byte[]> versions = sectors.get(window * (WINDOW / SECTOR) + position / SECTOR);
            byte[] next = versions.getLast().clone();
            System.arraycopy(bytes, at, next, position % SECTOR, n);
            versions.add(next);
            at += n;
        }
    }

    /** The bytes after {@code size} are cut off; what comes there later is zero. */
    void cut(long size) {
        for (int window = 0; window < WINDOWS.length; window++) {
            int start = Math.clamp(size - WINDOWS[window], 0, WINDOW);
            if (start < WINDOW) {
                write(window, start, new byte[WINDOW - start]);
            }
        }
    }

    /** Compares with a disk of the given size; what is found becomes what is there. */
    void compare(String name, BlockReader disk) {
        for (int window = 0; window < WINDOWS.length; window++) {
            int length = Math.clamp(disk.size() - WINDOWS[window], 0, WINDOW);
            if (length == 0) {
                continue;
            }
            byte[] found = new byte[WINDOW];
            disk.read(WINDOWS[window], ByteBuffer.wrap(found, 0, length));
            for (int at = 0; at < length; at += SECTOR) {
                compareSector(name, window, at, Arrays.copyOfRange(found, at, at + SECTOR), length - at);
            }
        }
    }

    private void compareSector(String name, int window, int at, byte[] found, int length) {
        List<byte[]> versions = sectors.get(window * (WINDOW / SECTOR) + at / SECTOR);
        int n = Math.min(SECTOR, length);
        boolean known = versions.stream().anyMatch(v -> Arrays.equals(v, 0, n, found, 0, n));
        assertThat(known)
                .as(
                        "%s, byte %d: %s... is none of the %d versions: last flushed %s..., last written %s...",
                        name,
                        WINDOWS[window] + at,
                        head(found),
                        versions.size(),
                        head(versions.getFirst()),
                        head(versions.getLast()))
                .isTrue();
        versions.clear();
        versions.add(found);
    }

    private static String head(byte[] sector) {
        return Arrays.toString(Arrays.copyOf(sector, 6));
    }

    /** A random piece of a window: its start, of any alignment. */
    static int offset(Random random, int length) {
        int offset = random.nextInt(WINDOW - length + 1);
        return random.nextBoolean() ? offset & ~4095 : offset;
    }
}
