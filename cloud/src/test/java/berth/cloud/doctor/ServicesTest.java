package berth.cloud.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import berth.ceph.CephConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServicesTest {
    @TempDir
    Path temp;

    private Services services(String nova, String cinder, String glance) throws IOException {
        DoctorRequest request = new DoctorRequest(
                CephConfig.DEFAULT,
                Files.writeString(temp.resolve("nova.conf"), nova),
                Files.writeString(temp.resolve("cinder.conf"), cinder),
                Files.writeString(temp.resolve("glance-api.conf"), glance),
                temp.resolve("instances"),
                List.of());
        return Services.of(request);
    }

    private static final String NOVA = """
            [libvirt]
            images_type = rbd
            images_rbd_pool = vms
            rbd_user = cinder
            rbd_secret_uuid = 4810c760-dc42-4e5f-9d41-7346db7d7da2
            """;
    private static final String CINDER = """
            [DEFAULT]
            enabled_backends = lvm,ceph
            [lvm]
            volume_driver = cinder.volume.drivers.lvm.LVMVolumeDriver
            [ceph]
            volume_driver = cinder.volume.drivers.rbd.RBDDriver
            rbd_pool = volumes
            rbd_user = cinder
            rbd_secret_uuid = 4810c760-dc42-4e5f-9d41-7346db7d7da2
            """;
    private static final String GLANCE = """
            [DEFAULT]
            show_image_direct_url = True
            [glance_store]
            default_store = rbd
            rbd_store_pool = images
            rbd_store_user = glance
            """;

    @Test
    void filesThatFitTogetherAreWell() throws Exception {
        Services services = services(NOVA, CINDER, GLANCE);

        assertThat(services.findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.level()).isEqualTo(Finding.Level.OK));
        assertThat(services.all().map(use -> use.pool().orElse(""))).containsExactly("images", "volumes", "vms");
    }

    /** The second compute node had a secret of its own: volumes could be attached on one node only. */
    @Test
    void differentSecretsAreAnError() throws Exception {
        Services services = services(
                NOVA.replace("4810c760", "457eb676"), CINDER.replace("rbd_user = cinder", "rbd_user = c"), GLANCE);

        assertThat(services.findings())
                .filteredOn(finding -> finding.level() == Finding.Level.ERROR)
                .extracting(Finding::message)
                .anyMatch(message -> message.contains("nova has the rbd_secret_uuid 457eb676"))
                .anyMatch(message -> message.contains("nova has the user cinder, cinder [ceph] has c"));
    }

    @Test
    void whatIsLeftOutOrHasNoEffectIsSaid() throws Exception {
        Services services = services(
                NOVA.replace("rbd_secret_uuid", "#").replace("rbd_user", "#"),
                CINDER.replace("lvm,ceph", "lvm,ceph,fast"),
                GLANCE.replace("[DEFAULT]", "[default]"));

        assertThat(services.findings())
                .extracting(Finding::message)
                .anyMatch(message -> message.contains("[default] in small letters has no effect"))
                .anyMatch(message -> message.contains("nova names no user"))
                .anyMatch(message -> message.contains("nova has no rbd_secret_uuid"))
                .anyMatch(message -> message.contains("'fast', but has no section"));
        assertThat(services("[libvirt]\n", CINDER, GLANCE).findings())
                .extracting(Finding::message)
                .anyMatch(message -> message.contains("on local storage"));
    }
}
