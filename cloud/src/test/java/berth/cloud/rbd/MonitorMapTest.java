package berth.cloud.rbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.libvirt.RbdVolume.Monitor;
import org.junit.jupiter.api.Test;

class MonitorMapTest {
    @Test
    void bothFormsOfAddressesAndIpv6AreRead() {
        assertThat(MonitorMap.parse("""
                {"mons": [
                  {"public_addrs": {"addrvec": [{"type": "v2", "addr": "10.0.0.1:3300", "nonce": 0},
                                                {"type": "v1", "addr": "10.0.0.1:6789", "nonce": 0}]}},
                  {"public_addrs": {"addrvec": [{"type": "v2", "addr": "[fd00::2]:3300", "nonce": 0}]}},
                  {"addr": "172.16.206.16:6789/0"}]}
                """))
                .containsExactly(
                        new Monitor("10.0.0.1", 6789),
                        new Monitor("fd00::2", 3300),
                        new Monitor("172.16.206.16", 6789));
    }

    @Test
    void whatIsNoMapIsRefused() {
        for (String text :
                new String[] {"", "[]", "{\"mons\": []}", "{\"mons\": [{}]}", "{\"mons\": [{\"addr\": \"a:x\"}]}"}) {
            assertThatThrownBy(() -> MonitorMap.parse(text)).isInstanceOf(BlockException.class);
        }
    }
}
