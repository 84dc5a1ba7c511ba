package berth.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class FioTest {
    private static final String REPORT = """
            fio: a line before the report
            {"jobs": [{"error": %d, "read": {"iops": %s}, "write": {"iops": 0.5}}]}
            """;

    @Test
    void readsAndWritesAreAddedUp() {
        assertThat(Fio.requestsPerSecond(REPORT.formatted(0, "1000.25"))).isEqualTo(1000.75);
    }

    @Test
    void aJobThatFailedHasNoResult() {
        assertThatThrownBy(() -> Fio.requestsPerSecond(REPORT.formatted(5, "1000.25")))
                .isInstanceOf(BenchException.class);
    }
}
