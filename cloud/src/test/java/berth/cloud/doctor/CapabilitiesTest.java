package berth.cloud.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CapabilitiesTest {
    @Test
    void profilesCountForTheirPoolOrForAll() {
        Capabilities cinder = new Capabilities(
                "profile rbd", "profile rbd pool=volumes, profile rbd pool=vms, profile rbd-read-only pool=images");

        assertThat(cinder.canWrite("vms")).isTrue();
        assertThat(cinder.canWrite("images")).isFalse();
        assertThat(cinder.canRead("images")).isTrue();
        assertThat(cinder.canRead("backups")).isFalse();
        assertThat(new Capabilities("", "profile rbd").canWrite("any")).isTrue();
        assertThat(new Capabilities("", "profile rbd pool=vms namespace=x").canRead("vms"))
                .isFalse();
    }

    @Test
    void grantsCountWhenTheyAreEnough() {
        assertThat(new Capabilities("allow r", "allow class-read object_prefix rbd_children, allow rwx pool=vms")
                        .canWrite("vms"))
                .isTrue();
        assertThat(new Capabilities("", "allow rw pool=vms").canWrite("vms")).isFalse();
        assertThat(new Capabilities("", "allow r pool vms").canRead("vms")).isTrue();
        assertThat(new Capabilities("", "allow *").canWrite("vms")).isTrue();
        assertThat(new Capabilities("", "").canRead("vms")).isFalse();
    }

    @Test
    void shuttingOutDeadClientsIsARightOfItsOwn() {
        assertThat(new Capabilities("allow r", "").canAskMonitors()).isTrue();
        assertThat(new Capabilities("allow r", "").canBlocklist()).isFalse();
        assertThat(new Capabilities("profile rbd", "").canBlocklist()).isTrue();
    }
}
