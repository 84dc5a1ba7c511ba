package berth.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.ceph.CephConfig;
import berth.cli.call.CephOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which cluster and user a command line names. */
class CephOptionsTest {
    private static final Path HERE = Path.of("/here");

    private static CephConfig named(String... args) {
        return CephOptions.of(List.of(args), null, null, HERE).orElseThrow();
    }

    @Test
    void withoutAnyOfThemTheStoreIsLocal() {
        assertThat(CephOptions.of(List.of("ls", "ceph"), null, null, HERE)).isEmpty();
        assertThat(CephOptions.of(List.of("ls"), "/store", null, HERE)).isEmpty();
        assertThat(CephOptions.of(List.of("ls"), "/store", "ceph", HERE)).isEmpty();
    }

    @Test
    void theStoreCephIsTheClusterThatCephsFilesName() {
        assertThat(CephOptions.of(List.of("ls"), "ceph", null, HERE)).contains(CephConfig.DEFAULT);
        assertThat(CephOptions.of(List.of("ls"), null, "ceph", HERE)).contains(CephConfig.DEFAULT);
    }

    @Test
    void theOptionsAreThoseOfRbdInAllTheirForms() {
        assertThat(named("-c", "a.conf", "ls").configurationFile()).contains(Path.of("/here/a.conf"));
        assertThat(named("ls", "-ca.conf").configurationFile()).contains(Path.of("/here/a.conf"));
        assertThat(named("--conf=/b.conf").configurationFile()).contains(Path.of("/b.conf"));
        assertThat(named("--id", "cinder").entity()).isEqualTo("client.cinder");
        assertThat(named("--user=cinder").entity()).isEqualTo("client.cinder");
        assertThat(named("-n", "client.nova").user()).isEqualTo("nova");
        assertThat(named("-K", "key").keyring()).contains(Path.of("/here/key"));
        assertThat(named("-m", "10.0.0.1").monitors()).isEqualTo(Optional.of("10.0.0.1"));
        assertThat(named("--cluster", "west").cluster()).isEqualTo("west");
    }

    @Test
    void aNamedDirectoryAndAClusterContradictEachOther() {
        assertThatThrownBy(() -> CephOptions.of(List.of("-c", "a"), "/store", null, HERE))
                .isInstanceOf(BlockException.class)
                .hasMessageContaining("/store");
        assertThat(CephOptions.of(List.of("-c", "a"), null, "/store", HERE)).isPresent();
        assertThatThrownBy(() -> named("-n", "nova")).hasMessageContaining("client.");
    }
}
