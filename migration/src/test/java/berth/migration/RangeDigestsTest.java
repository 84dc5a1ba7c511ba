package berth.migration;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.ObjectDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RangeDigestsTest {
    @ParameterizedTest
    @CsvSource({"0, 1, 1", "8192, 1, 1", "8193, 1, 2", "4194304, 1, 512", "4194304, 200, 131072", "7, 9000, 8"})
    void rangesGrowWithTheDiskSoThatReceiptsDoNot(long objects, int points, long expected) {
        assertThat(RangeDigests.rangeObjects(objects, points)).isEqualTo(expected);
    }

    @Test
    void theOrderInWhichObjectsComeDoesNotMatter() {
        long seed = Long.getLong("berth.seed", System.nanoTime());
        System.out.println("berth.seed=" + seed);
        List<Long> order = new ArrayList<>();
        for (long object = 0; object < 11; object++) {
            order.add(object);
        }
        Collections.shuffle(order, new Random(seed));
        RangeCollector collector = new RangeCollector(11, 2, 4);
        order.forEach(object -> collector.add(object, List.of(digest(object), digest(object + 100))));
        assertThat(collector.ranges())
                .isEqualTo(new RangeDigests(
                        4,
                        List.of(
                                List.of(root(0, 4), root(4, 8), root(8, 11)),
                                List.of(root(100, 104), root(104, 108), root(108, 111)))));
    }

    private static ObjectDigest digest(long number) {
        return new ObjectDigest(number, ~number);
    }

    private static String root(long from, long to) {
        DigestTree tree = new DigestTree();
        for (long object = from; object < to; object++) {
            tree.add(digest(object));
        }
        return tree.root();
    }
}
