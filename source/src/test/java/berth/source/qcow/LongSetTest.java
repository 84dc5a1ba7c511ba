package berth.source.qcow;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class LongSetTest {
    @Test
    void tellsWhatIsThereAlreadyAsItGrows() {
        LongSet set = new LongSet();
        int count = 10_000;
        for (int round = 0; round < 2; round++) {
            for (long i = 1; i <= count; i++) {
                assertThat(set.add(i << 40 | i)).isEqualTo(round == 0);
            }
        }
        assertThat(set.size()).isEqualTo(count);
    }
}
