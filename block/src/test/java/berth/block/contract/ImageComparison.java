package berth.block.contract;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.BlockReader;
import berth.block.DiskUsage;
import berth.block.Extent;
import berth.block.Image;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Compares one point in time of an image with that of the model. Where neither has data, nothing is read but a sample,
 * so that huge images can be compared.
 *
 * @param name what a failure calls it
 * @param traits what the store says of itself
 * @param model what it should be
 * @param subject what it is
 */
record ImageComparison(String name, StoreTraits traits, Image model, Image subject) {
    private static final int BLOCK = SparseBytes.BLOCK;
    private static final int CHUNK = 1 << 18;
    /** Images up to this size are read whole. */
    private static final long SMALL_BYTES = 2 << 20;

    /** Compares size, bytes and extents. */
    void compareBytes() {
        assertThat(subject.size()).as("size of %s", name).isEqualTo(model.size());
        long size = model.size();
        List<Extent> extents = ContractBase.extents(subject);
        ZeroingContract.assertCover(extents, 0, size);
        if (size <= SMALL_BYTES) {
            compareRange(0, size);
        } else {
            data(ContractBase.extents(model)).forEach(extent -> compareRange(extent.offset(), extent.end()));
            data(extents).forEach(extent -> compareRange(extent.offset(), extent.end()));
            compareRange(size - CHUNK, size);
        }
        for (Extent extent : extents) {
            if (extent.kind() == Extent.Kind.DATA) {
                assertDataInModel(extent);
            } else {
                assertZeroInModel(extent);
            }
        }
    }

    private static List<Extent> data(List<Extent> extents) {
        return extents.stream()
                .filter(extent -> extent.kind() == Extent.Kind.DATA)
                .toList();
    }

    private void compareRange(long start, long end) {
        for (long at = start; at < end; at += CHUNK) {
            int length = (int) Math.min(CHUNK, end - at);
            byte[] expected = ContractBase.read(model, at, length);
            byte[] actual = ContractBase.read(subject, at, length);
            requireSame(name, at, actual, expected);
        }
    }

    private static void requireSame(String what, long offset, byte[] actual, byte[] expected) {
        int mismatch = Arrays.mismatch(actual, expected);
        if (mismatch >= 0) {
            int stop = Math.min(actual.length, mismatch + 8);
            throw new AssertionError("%s differs at byte %d: it begins %s and should begin %s"
                    .formatted(
                            what,
                            offset + mismatch,
                            Arrays.toString(Arrays.copyOfRange(actual, mismatch, stop)),
                            Arrays.toString(Arrays.copyOfRange(expected, mismatch, stop))));
        }
    }

    /** What an exact store calls data was written once and not zeroed since. */
    private void assertDataInModel(Extent extent) {
        if (!traits.exact()) {
            return; // A granule that was zeroed part by part may still count as data.
        }
        long start = extent.offset() - extent.offset() % BLOCK;
        long end = Math.min(model.size(), Math.ceilDiv(extent.end(), (long) BLOCK) * BLOCK);
        assertThat(ContractBase.extents(model, start, end - start))
                .as("what is in the model where %s has data", name)
                .containsExactly(new Extent(start, end - start, Extent.Kind.DATA));
    }

    /** What the store calls zero or unallocated is zero in the model. */
    private void assertZeroInModel(Extent extent) {
        for (Extent stored : data(ContractBase.extents(model, extent.offset(), extent.length()))) {
            for (long at = stored.offset(); at < stored.end(); at += CHUNK) {
                int length = (int) Math.min(CHUNK, stored.end() - at);
                assertThat(isZero(model, at, length))
                        .as("%s is zero from %s, where its extents say %s", name, at, extent)
                        .isTrue();
            }
        }
    }

    private static boolean isZero(BlockReader reader, long offset, int length) {
        return Arrays.equals(ContractBase.read(reader, offset, length), new byte[length]);
    }

    /**
     * Checks that the usage is possible.
     *
     * @param alone whether the image has nothing below, so that all its data is its own
     */
    void compareUsage(boolean alone) {
        DiskUsage usage = subject.usage();
        assertThat(usage.provisionedBytes()).as("provisioned bytes of %s", name).isEqualTo(model.size());
        long stored = data(ContractBase.extents(model)).stream()
                .mapToLong(Extent::length)
                .sum();
        assertThat(usage.usedBytes())
                .as("used bytes of %s", name)
                .isBetween(0L, (traits.exact() ? stored : model.size()) + BLOCK);
        if (alone) {
            assertThat(usage.usedBytes())
                    .as("used bytes of %s, which stands alone", name)
                    .isGreaterThanOrEqualTo(bytesInBlocksNotZero() - BLOCK);
        }
    }

    private long bytesInBlocksNotZero() {
        long bytes = 0;
        for (Extent extent : data(ContractBase.extents(model))) {
            for (long at = extent.offset(); at < extent.end(); at += BLOCK) {
                int length = (int) Math.min(BLOCK, extent.end() - at);
                bytes += isZero(model, at, length) ? 0 : BLOCK;
            }
        }
        return bytes;
    }

    /**
     * Compares the difference from an earlier point in time: it has every block whose bytes differ, and, when the
     * store is exact, none that was not written since.
     *
     * @param from the earlier snapshot
     * @param opener opens a snapshot of the model
     */
    void compareDifference(Optional<String> from, Function<String, Image> opener) {
        TreeSet<Long> written = blocks(ranges(model, from));
        List<DiffContract.Range> actual = ranges(subject, from);
        TreeSet<Long> reported =
                blocks(actual.stream().filter(DiffContract.Range::exists).toList());
        if (traits.exact()) {
            assertThat(written).as(name + ": blocks written since").containsAll(reported);
        }
        try (Image earlier = opener.apply(from.orElse(""))) {
            TreeSet<Long> missing = new TreeSet<>(written);
            missing.removeAll(reported);
            for (DiffContract.Range range : actual) {
                if (!range.exists()) {
                    missing.subSet(range.offset() / BLOCK, Math.ceilDiv(range.end(), (long) BLOCK))
                            .clear();
                    assertZeroInModel(new Extent(range.offset(), range.length(), Extent.Kind.ZERO));
                }
            }
            for (long block : missing) {
                byte[] before = from.isPresent() ? blockUpTo(model.size(), earlier, block) : new byte[BLOCK];
                requireSame(name + " leaves out a block, which", block * BLOCK, block(model, block), before);
            }
        }
    }

    private static List<DiffContract.Range> ranges(Image image, Optional<String> from) {
        List<DiffContract.Range> ranges = new ArrayList<>(DiffContract.diff(image, from, 0, image.size()));
        ranges.forEach(range -> assertThat(range.offset() % BLOCK).isZero());
        return ranges;
    }

    private static TreeSet<Long> blocks(List<DiffContract.Range> ranges) {
        TreeSet<Long> blocks = new TreeSet<>();
        for (DiffContract.Range range : ranges) {
            for (long at = range.offset(); at < range.end(); at += BLOCK) {
                blocks.add(at / BLOCK);
            }
        }
        return blocks;
    }

    /** A block of an earlier point in time, without what a smaller size has cut off since. */
    private static byte[] blockUpTo(long size, BlockReader earlier, long block) {
        int length = Math.clamp(size - block * BLOCK, 0, BLOCK);
        return Arrays.copyOf(Arrays.copyOf(block(earlier, block), length), BLOCK);
    }

    /** A block; what lies beyond the end is zero. */
    private static byte[] block(BlockReader reader, long block) {
        int length = Math.clamp(reader.size() - block * BLOCK, 0, BLOCK);
        return length == 0 ? new byte[BLOCK] : Arrays.copyOf(ContractBase.read(reader, block * BLOCK, length), BLOCK);
    }
}
