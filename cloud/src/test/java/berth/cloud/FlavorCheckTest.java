package berth.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.libvirt.DomainXml;
import berth.libvirt.NovaFlavor;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FlavorCheckTest {
    private static final long GIB = 1L << 30;
    private static final long MIB = 1L << 20;

    private static Optional<NovaFlavor> flavor(String sizes) {
        String xml = """
                <domain><metadata><n:instance xmlns:n="http://openstack.org/xmlns/libvirt/nova/1.1">
                <n:flavor name="m1">%s</n:flavor></n:instance></metadata></domain>
                """.formatted(sizes);
        return DomainXml.parse(xml.getBytes(StandardCharsets.UTF_8), "domain").flavor();
    }

    private static List<String> findings(String flavor, Map<String, Long> sizes) {
        return FlavorCheck.require(flavor(flavor), sizes, true);
    }

    @Test
    void rootDiskIsExactlyAsLargeAsTheFlavorSays() {
        String flavor = "<n:disk>20</n:disk>";
        assertThat(findings(flavor, Map.of("disk", 20 * GIB))).isEmpty();
        assertThat(findings(flavor, Map.of("disk", 20 * GIB + 1))).hasSize(1);
        assertThat(findings(flavor, Map.of("disk", 20 * GIB - 1))).hasSize(1);
        assertThat(findings("<n:disk>0</n:disk>", Map.of("disk", 3 * GIB))).isEmpty();
        assertThat(findings("", Map.of("disk", 3 * GIB))).isEmpty();
    }

    @Test
    void swapAndEphemeralSpaceMayBeLessInAllButNotMore() {
        String flavor = "<n:disk>1</n:disk><n:ephemeral>3</n:ephemeral><n:swap>512</n:swap>";
        assertThat(findings(flavor, Map.of("disk.swap", 512 * MIB, "disk.eph0", GIB, "disk.eph1", 2 * GIB)))
                .isEmpty();
        assertThat(findings(flavor, Map.of("disk.swap", 256 * MIB, "disk.local", GIB)))
                .isEmpty();
        assertThat(findings(flavor, Map.of("disk.swap", 513 * MIB, "disk.eph0", 2 * GIB, "disk.eph1", 2 * GIB)))
                .containsExactly(
                        "disk.swap has 537919488 bytes, but flavor m1 has at most 536870912",
                        "the ephemeral space has 4294967296 bytes, but flavor m1 has at most 3221225472");
        assertThat(findings(flavor, Map.of("disk.config", 64 * MIB))).isEmpty();
    }

    @Test
    void domainWithoutAFlavorIsNotChecked() {
        Optional<NovaFlavor> none = DomainXml.parse(
                        "<domain><metadata/></domain>".getBytes(StandardCharsets.UTF_8), "domain")
                .flavor();
        assertThat(none).isEmpty();
        assertThat(FlavorCheck.require(none, Map.of("disk", 5L), false)).isEmpty();
    }

    @Test
    void flavorWhoseSizeIsNoNumberIsRefused() {
        for (String size : List.of("-1", "1.5", "", "ten", "9999999999")) {
            assertThatThrownBy(() -> flavor("<n:disk>" + size + "</n:disk>"))
                    .isInstanceOf(BlockException.class)
                    .hasMessageContaining("the flavor's disk is no number: '" + size + "'");
        }
    }
}
