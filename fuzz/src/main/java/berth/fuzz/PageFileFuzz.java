package berth.fuzz;

import berth.block.Problem;
import berth.local.page.FillMap;
import berth.local.page.LayerMap;
import berth.local.page.PageCache;
import berth.local.page.PageFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** The input is a page file of the local store: the map of a layer or of a fill. */
public final class PageFileFuzz {
    private static final Promise PROMISE = Promise.of(64 << 20, Problem.CORRUPT);

    /** The format is that of {@code PageSlots}. */
    private static final int SLOT_BYTES = 64 + 4096;

    private static final int CRC_AT = 4;
    private static final int CRC_START = 8;
    private static final long FILE = 1;

    private PageFileFuzz() {}

    /** Reads the file as it is, and with checksums that fit. */
    public static void fuzzerTestOneInput(byte[] input) {
        PROMISE.hold(() -> read(input));
        PROMISE.hold(() -> read(withChecksums(input)));
    }

    private static byte[] withChecksums(byte[] input) {
        ByteBuffer slots = ByteBuffer.wrap(input.clone()).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at + SLOT_BYTES <= input.length; at += SLOT_BYTES) {
            CRC32C crc = new CRC32C();
            crc.update(slots.slice(at + CRC_START, SLOT_BYTES - CRC_START));
            slots.putInt(at + CRC_AT, (int) crc.getValue());
        }
        return slots.array();
    }

    private static void read(byte[] bytes) {
        PageFile file = new PageCache(new MemoryFiles().put(PageFile.name(FILE), bytes), 16).file(FILE);
        new FillMap(file).count(Long.MAX_VALUE);
        LayerMap map = new LayerMap(file);
        for (int page : map.pages()) {
            runs(map.page(page));
        }
    }

    private static void runs(LayerMap.PageView page) {
        for (int at = 0; at < LayerMap.PAGE_BLOCKS; ) {
            int end = page.runEnd(at);
            if (end <= at) {
                throw new BrokenPromise("a run ends where it begins, at block " + at);
            }
            var _ = page.get(at);
            at = end;
        }
    }
}
