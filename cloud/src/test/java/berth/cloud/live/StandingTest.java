package berth.cloud.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.block.Problem;
import berth.libvirt.DomainXml;
import berth.libvirt.RbdVolume;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class StandingTest {
    private static final RbdVolume VOLUME =
            new RbdVolume("vms/x_disk", "cinder", new UUID(1, 2), List.of(new RbdVolume.Monitor("10.0.0.1", 6789)));

    private static Standing of(String disk) {
        String xml = "<domain><name>n</name><devices><disk " + disk + "<target dev='vda'/></disk></devices></domain>";
        return Standing.of(DomainXml.parse(xml.getBytes(StandardCharsets.UTF_8), "it"), "vda", "/i/disk", VOLUME);
    }

    private static String image(String name, String host) {
        return "<source protocol='rbd' name='" + name + "'><host name='" + host + "' port='6789'/></source>";
    }

    @Test
    void theDomainSaysWhereADiskStands() {
        String file = "type='file'><source file='/i/disk'/>";
        assertThat(of(file)).isEqualTo(Standing.ON_FILE);
        String mirror = file + "<mirror job='copy'%s>" + image("vms/x_disk", "10.0.0.1") + "</mirror>";
        assertThat(of(mirror.formatted(""))).isEqualTo(Standing.COPYING);
        assertThat(of(mirror.formatted(" ready='yes'"))).isEqualTo(Standing.IN_STEP);
        assertThat(of("type='network'>" + image("vms/x_disk", "10.0.0.1"))).isEqualTo(Standing.ON_IMAGE);
        assertThat(of("type='network'><source protocol='rbd' name='vms/x_disk'/>"))
                .isEqualTo(Standing.ON_IMAGE);
    }

    @Test
    void whatIsNeitherFileNorImageIsNeverTouched() {
        assertRefused("type='file'><source file='/i/other'/>", Problem.SOURCE_CHANGED);
        assertRefused("type='network'>" + image("vms/other", "10.0.0.1"), Problem.SOURCE_CHANGED);
        assertRefused("type='network'>" + image("vms/x_disk", "10.9.9.9"), Problem.SOURCE_CHANGED);
        assertRefused(
                "type='file'><source file='/i/disk'/><mirror job='copy'><source file='/elsewhere'/></mirror>",
                Problem.IMAGE_IN_USE);
    }

    private static void assertRefused(String disk, Problem problem) {
        assertThatThrownBy(() -> of(disk))
                .isInstanceOfSatisfying(
                        BlockException.class, e -> assertThat(e.problem()).isEqualTo(problem));
    }
}
