package berth.block.contract;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Extent;
import berth.block.contract.DiffContract.Range;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Asserts what a store says about what is stored, as finely as it knows it. For a store that knows every block that is
 * exactly what was expected; for one that does not, it is at least that, and nothing in granules without any of it.
 *
 * @param traits what the store says of itself
 */
record Granules(StoreTraits traits) {
    private long start(long offset) {
        return offset - offset % traits.granuleBytes();
    }

    private long end(long offset) {
        return start(offset + traits.granuleBytes() - 1);
    }

    /** Asserts a difference; of what became zero, a store that does not know every block may say that it is data. */
    void assertDifference(List<Range> actual, Range... expected) {
        if (traits.exact()) {
            assertThat(actual).containsExactly(expected);
            return;
        }
        for (Range range : expected) {
            assertThat(covered(actual.stream().filter(part -> part.exists() || !range.exists()), range))
                    .as("what is told of %s in %s", range, actual)
                    .isEqualTo(range.length());
        }
        assertThat(actual).allSatisfy(range -> assertTouched(range, Arrays.asList(expected)));
    }

    private void assertTouched(Range range, List<Range> expected) {
        long touched =
                granules(expected).mapToLong(granule -> overlap(granule, range)).sum();
        assertThat(touched).as("what of %s is in granules that changed", range).isGreaterThanOrEqualTo(range.length());
    }

    private Stream<Range> granules(List<Range> ranges) {
        return ranges.stream()
                .map(range -> new Range(start(range.offset()), end(range.end()) - start(range.offset()), true));
    }

    private static long covered(Stream<Range> parts, Range range) {
        return parts.mapToLong(part -> overlap(part, range)).sum();
    }

    private static long overlap(Range one, Range other) {
        return Math.max(0, Math.min(one.end(), other.end()) - Math.max(one.offset(), other.offset()));
    }

    /** Asserts that the data among the extents is what was stored. */
    void assertData(List<Extent> extents, Range... stored) {
        assertDifference(
                extents.stream()
                        .filter(extent -> extent.kind() == Extent.Kind.DATA)
                        .map(extent -> new Range(extent.offset(), extent.length(), true))
                        .toList(),
                stored);
    }

    /** Asserts that no extent in the whole granules of a range, which the extents cover, is data. */
    void assertNoData(List<Extent> extents, long offset, long length) {
        if (traits.exact()) {
            assertThat(extents).allMatch(extent -> extent.kind() != Extent.Kind.DATA, "is not data");
            return;
        }
        Range whole = new Range(end(offset), Math.max(0, start(offset + length) - end(offset)), true);
        assertThat(extents)
                .filteredOn(extent -> overlap(new Range(extent.offset(), extent.length(), true), whole) > 0)
                .allMatch(extent -> extent.kind() != Extent.Kind.DATA, "is not data");
    }

    /** Asserts how many bytes are used, when they are in one granule. */
    void assertUsed(long actual, long expected) {
        assertThat(actual).as("used bytes").isBetween(expected, end(expected));
    }
}
