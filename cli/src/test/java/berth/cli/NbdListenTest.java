package berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** NBD on addresses that other machines reach needs TLS, or a flag that says that it is wanted without. */
class NbdListenTest {
    @TempDir
    Path temp;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nbd serve rbd/disk --listen 0.0.0.0:0",
                "nbd serve rbd/disk --listen [::]:0",
                "serve --nbd-listen 0.0.0.0:0"
            })
    void plainTextBeyondTheLoopbackIsRefused(String command) {
        try (Shell shell = new Shell(temp)) {
            shell.quietly("create --size 1M rbd/disk");
            assertThat(shell.run(command))
                    .startsWith("berth: listening on ")
                    .contains("without TLS would let everyone who reaches the port read and write the exports")
                    .contains("--allow-plaintext-beyond-loopback")
                    .endsWith("[exit 1]\n");
        }
    }

    @Test
    void optionalTlsIsNoTls() throws Exception {
        Files.writeString(temp.resolve("keys.psk"), "who:00112233445566778899aabbccddeeff\n");
        Files.setPosixFilePermissions(temp.resolve("keys.psk"), PosixFilePermissions.fromString("rw-------"));
        try (Shell shell = new Shell(temp)) {
            shell.quietly("create --size 1M rbd/disk");
            assertThat(shell.run("nbd serve rbd/disk --listen 0.0.0.0:0 --tls-optional --tls-dir " + temp))
                    .contains("--allow-plaintext-beyond-loopback")
                    .endsWith("[exit 1]\n");
        }
    }
}
