package berth.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SeriesTest {
    @Test
    void theMedianOfAnOddNumberIsTheMiddleValue() {
        assertThat(Series.of(9, 1, 4).median()).isEqualTo(4);
    }

    @Test
    void theMedianOfAnEvenNumberLiesBetweenTheMiddleValues() {
        assertThat(Series.of(9, 1, 4, 6).median()).isEqualTo(5);
    }

    @Test
    void theSpreadIsWhatWasSmallestAndLargest() {
        Series series = Series.of(9, 1, 4);
        assertThat(series.min()).isEqualTo(1);
        assertThat(series.max()).isEqualTo(9);
    }

    @Test
    void aSeriesWithoutValuesIsRefused() {
        assertThatThrownBy(() -> new Series(List.of())).isInstanceOf(IllegalArgumentException.class);
    }
}
