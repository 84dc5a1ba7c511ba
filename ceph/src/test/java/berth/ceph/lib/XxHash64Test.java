package berth.ceph.lib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class XxHash64Test {
    @BeforeEach
    void find() {
        assumeTrue(XxHash64.isInstalled(), "libxxhash is installed");
    }

    /** Values that other implementations give. */
    @Test
    void hashesAreThoseOfTheSpecification() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocateFrom("xabc", StandardCharsets.US_ASCII);
            assertThat(XxHash64.hash(memory, 0, 0)).isEqualTo(0xEF46DB3751D8E999L);
            assertThat(XxHash64.hash(memory, 1, 3)).isEqualTo(0x44BC2CF5AD770999L);
        }
    }

    @Test
    void whatIsNotWithinTheMemoryIsRefused() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(8);
            assertThatThrownBy(() -> XxHash64.hash(memory, 4, 5)).isInstanceOf(IndexOutOfBoundsException.class);
            MemorySegment heap = MemorySegment.ofArray(new byte[8]);
            assertThatThrownBy(() -> XxHash64.hash(heap, 0, 8)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
