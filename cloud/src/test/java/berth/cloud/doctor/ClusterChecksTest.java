package berth.cloud.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import berth.cloud.doctor.Finding.Level;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterChecksTest {
    @ParameterizedTest
    @CsvSource({
        "16.2.15, ceph version 16.2.15 (618f440892089921c3e944a991122ddc44e60516) pacific (stable), OK",
        "16.2.15, ceph version 17.2.6 (d7ff0d10654d2280e08f1ab989c7cdf3064446a5) quincy (stable), WARNING",
        "9.2.1, ceph version 10.2.11 (e4b061b47f07f583c92a050d9e84b1813a35671e), WARNING",
        "18.2.4, ceph version 16.2.15 (618f440892089921c3e944a991122ddc44e60516) pacific (stable), OK",
        "'', ceph version 16.2.15 (618f440892089921c3e944a991122ddc44e60516) pacific (stable), OK",
    })
    void aLibraryThatIsOlderThanTheClusterIsWarnedOf(String library, String cluster, Level level) {
        Finding finding = ClusterChecks.compareVersions(library, cluster);

        assertThat(finding.level()).isEqualTo(level);
        assertThat(finding.message()).contains(library, cluster);
        assertThat(finding.advice().isEmpty()).isEqualTo(level == Level.OK);
    }
}
