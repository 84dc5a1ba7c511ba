package berth.ceph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class KeyringTest {
    private static Keyring keyring(String text) {
        return Keyring.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void eachUserHasTheKeyOfItsSection() {
        Keyring keyring = keyring("""
                [client.glance]
                	key = AAEC
                	caps mon = "profile rbd"
                [client.cinder]
                	key=AwQF
                """);

        assertThat(keyring.key("client.glance").orElseThrow()).containsExactly(0, 1, 2);
        assertThat(keyring.key("client.cinder").orElseThrow()).containsExactly(3, 4, 5);
        assertThat(keyring.key("client.nobody")).isEmpty();
    }

    @Test
    void messagesNeverHoldAKey() {
        assertThatThrownBy(() -> keyring("[client.a]\nkey = not*base64\n").key("client.a"))
                .isInstanceOf(BlockException.class)
                .hasMessage("the key is not in Base64")
                .hasNoCause();
    }
}
