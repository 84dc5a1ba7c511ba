package berth.cloud.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.cloud.config.ConfigRenderer.Target;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ConfigRendererTest {
    private static final UUID SECRET = UUID.fromString("4810c760-dc42-4e5f-9d41-7346db7d7da2");

    private static IniFile rendered(ConfigRenderer renderer, Target target) {
        return IniFile.parse(renderer.render(target).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void theUsualFilesAgreeWithOneAnother() {
        ConfigRenderer usual = new ConfigRenderer(CephDescription.usual().withSecret(SECRET));

        CephUse nova = CephUse.ofNova(rendered(usual, Target.NOVA)).orElseThrow();
        CephUse cinder =
                CephUse.ofCinder(rendered(usual, Target.CINDER), "ceph").orElseThrow();
        CephUse glance = CephUse.ofGlance(rendered(usual, Target.GLANCE)).orElseThrow();

        Optional<String> conf = Optional.of("/etc/ceph/ceph.conf");
        Optional<String> secret = Optional.of(SECRET.toString());
        assertThat(nova).isEqualTo(new CephUse("nova", Optional.of("vms"), Optional.of("cinder"), secret, conf));
        assertThat(cinder)
                .isEqualTo(new CephUse("cinder [ceph]", Optional.of("volumes"), Optional.of("cinder"), secret, conf));
        assertThat(glance)
                .isEqualTo(new CephUse("glance", Optional.of("images"), Optional.of("glance"), Optional.empty(), conf));
        assertThat(rendered(usual, Target.GLANCE).value("DEFAULT", "show_image_direct_url"))
                .contains("True");
        assertThat(usual.render(Target.LIBVIRT)).isEqualTo("""
                <secret ephemeral="no" private="no">
                  <uuid>4810c760-dc42-4e5f-9d41-7346db7d7da2</uuid>
                  <usage type="ceph"><name>client.cinder secret</name></usage>
                </secret>
                """);
    }

    @Test
    void everythingCanBeDescribed() {
        ConfigRenderer renderer = new ConfigRenderer(CephDescription.parse("""
                {"fsid": "d82f0b96-6a69-4f7f-9d79-73d5bac7dd6c", "mon_host": ["172.18.22.234", "[fd00::1]:6789"],
                 "ceph_conf": "/etc/ceph/east.conf", "secret_uuid": "4810c760-dc42-4e5f-9d41-7346db7d7da2",
                 "glance": {"user": "g", "pool": "i"}, "cinder": {"user": "c", "pool": "v"},
                 "nova": {"user": "c", "pool": "d"}, "backup": {"user": "b", "pool": "k"}}
                """.getBytes(StandardCharsets.UTF_8)));

        IniFile ceph = rendered(renderer, Target.CEPH);
        assertThat(ceph.value("global", "fsid")).contains("d82f0b96-6a69-4f7f-9d79-73d5bac7dd6c");
        assertThat(ceph.value("global", "mon_host")).contains("172.18.22.234,[fd00::1]:6789");
        IniFile cinder = rendered(renderer, Target.CINDER);
        assertThat(cinder.value("DEFAULT", "backup_ceph_user")).contains("b");
        assertThat(cinder.value("DEFAULT", "enabled_backends")).contains("ceph");
        assertThat(cinder.value("ceph", "rbd_pool")).contains("v");
        assertThat(rendered(renderer, Target.NOVA).value("libvirt", "images_rbd_pool"))
                .contains("d");
        assertThat(rendered(renderer, Target.GLANCE).value("glance_store", "rbd_store_ceph_conf"))
                .contains("/etc/ceph/east.conf");
    }

    @Test
    void whatIsMissingOrWouldNotWorkIsRefused() {
        ConfigRenderer nothing = new ConfigRenderer(CephDescription.usual());
        assertThatThrownBy(() -> nothing.render(Target.NOVA)).hasMessageContaining("does not say its secret_uuid");
        assertThatThrownBy(() -> nothing.render(Target.CEPH)).hasMessageContaining("mon_host");
        assertRefused("{\"nova\": {\"user\": \"n\", \"pool\": \"p\"}}", "has to be Cinder's");
        assertRefused("{\"glance\": {\"user\": \"g\\nx = y\", \"pool\": \"p\"}}", "value");
        assertRefused("{\"glance\": {\"user\": \"g\"}}", "");
        assertRefused("{\"unknown\": 1}", "unknown");
        assertRefused("[", "cannot read");
    }

    private static void assertRefused(String json, String message) {
        assertThatThrownBy(() -> new ConfigRenderer(CephDescription.parse(json.getBytes(StandardCharsets.UTF_8))))
                .isInstanceOf(BlockException.class)
                .hasMessageContaining(message);
    }
}
