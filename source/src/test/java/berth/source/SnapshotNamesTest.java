package berth.source;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Names;
import berth.source.qcow.QcowSnapshot;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class SnapshotNamesTest {
    private final SnapshotNames names = new SnapshotNames();

    private String name(String given) {
        return names.nameOf(new QcowSnapshot("9", given, 0, Instant.EPOCH, 0, 0));
    }

    @Test
    void fitNamesStay() {
        assertThat(name("vor dem Umbau ä")).isEqualTo("vor dem Umbau ä");
    }

    @Test
    void whatIsNotAllowedIsReplaced() {
        assertThat(name("a/b@c\n")).isEqualTo("a_b_c_");
        assertThat(name("")).isEqualTo("snapshot-9");
    }

    @Test
    void doublesGetANumber() {
        assertThat(name("a")).isEqualTo("a");
        assertThat(name("a")).isEqualTo("a-2");
        assertThat(name("a-2")).isEqualTo("a-2-2");
        assertThat(name("a")).isEqualTo("a-3");
    }

    @Test
    void longNamesAreCutAndStayFit() {
        String first = name("x".repeat(65535));
        String second = name("x".repeat(65535));
        assertThat(first).isNotEqualTo(second);
        assertThat(Names.check("snapshot", first)).isEqualTo(first);
        assertThat(Names.check("snapshot", second)).isEqualTo(second);
    }

    /** As many as an image can have; looking for a free number from 2 on each time would take minutes. */
    @Test
    void manyDoublesGetNumbersInOrder() {
        String last = "";
        for (int i = 0; i < 65536; i++) {
            last = name("");
        }
        assertThat(last).isEqualTo("snapshot-9-65536");
    }
}
