package berth.cloud.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class IniFileTest {
    private static final IniFile FILE = IniFile.parse("""
            # a comment
            [DEFAULT]
            enabled_backends = lvm,
              ceph
            empty =
            colon: value = more

            [libvirt]
            rbd_user=first
            rbd_user = cinder
            ; another
            nonsense
            [default]
            debug = True
            [libvirt]
            images_type = rbd
            """.getBytes(StandardCharsets.UTF_8));

    @Test
    void sectionsKeepTheirCaseAndTheLastValueCounts() {
        assertThat(FILE.value("DEFAULT", "debug")).isEmpty();
        assertThat(FILE.value("default", "debug")).contains("True");
        assertThat(FILE.value("libvirt", "rbd_user")).contains("cinder");
        assertThat(FILE.value("libvirt", "images_type")).contains("rbd");
        assertThat(FILE.sections()).containsExactlyInAnyOrder("DEFAULT", "libvirt", "default");
    }

    @Test
    void linesThatBeginWithABlankGoOnWithTheValue() {
        assertThat(FILE.value("DEFAULT", "enabled_backends")).contains("lvm,\nceph");
        assertThat(FILE.value("DEFAULT", "colon")).contains("value = more");
        assertThat(FILE.value("DEFAULT", "empty")).isEmpty();
        assertThat(FILE.value("nowhere", "x")).isEmpty();
    }
}
