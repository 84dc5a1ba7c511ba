package berth.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {
    @Test
    void aRowShowsMediansSpreadRatioAndWhetherTheGoalIsReached() {
        Row row = Row.against(
                "random read",
                Unit.IOPS,
                new Sides<>(Series.of(31_000, 30_000, 32_500), Series.of(20_000, 21_000, 19_000)),
                "qemu-nbd",
                new Goal.Ratio(1.5));
        assertThat(Report.table("ext4", List.of(row)).lines().toList())
                .last()
                .isEqualTo("| random read | ext4 | 31000 IOPS (30000 - 32500) | 20000 IOPS (19000 - 21000) qemu-nbd"
                        + " | 1.55× | ≥ 1.50× | reached |");
    }

    @Test
    void aSlowerTimeMissesItsGoal() {
        Row row = Row.alone("prepare", Unit.SECONDS, Series.of(0.61), new Goal.Absolute(0.5));
        assertThat(Report.table("tmpfs", List.of(row)).lines().toList())
                .last()
                .isEqualTo("| prepare | tmpfs | 0.61 s (0.61 - 0.61) | - | - | ≤ 0.50 s | missed |");
    }

    @Test
    void lessTimeThanTheRatioAllowsReachesTheGoal() {
        Row row = Row.against(
                "import", Unit.SECONDS, new Sides<>(Series.of(0.9), Series.of(0.62)), "qemu-img", new Goal.Ratio(1.5));
        assertThat(row.goal().reachedBy(row)).isTrue();
    }
}
