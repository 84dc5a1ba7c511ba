package berth.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.block.Problem;
import berth.libvirt.daemon.LibvirtDaemon;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The calls of libvirt's library, answered by a real libvirtd. */
class LibvirtConnectionIT {
    private static final UUID SECRET = UUID.fromString("4810c760-dc42-4e5f-9d41-7346db7d7da2");
    private static final UUID NOBODY = new UUID(1, 2);

    @TempDir
    static Path temp;

    private static LibvirtDaemon daemon;

    @BeforeAll
    static void start() throws Exception {
        daemon = LibvirtDaemon.start(Files.createDirectory(temp.resolve("libvirt")));
    }

    @AfterAll
    static void stop() {
        if (daemon != null) {
            daemon.close();
        }
    }

    private static String domain(UUID uuid, String name, Path disk) {
        return """
                <domain type='qemu'>
                  <name>%s</name>
                  <uuid>%s</uuid>
                  <memory unit='MiB'>64</memory>
                  <os><type arch='x86_64' machine='pc'>hvm</type></os>
                  <devices>
                    <disk type='file' device='disk'>
                      <driver name='qemu' type='raw'/>
                      <source file='%s'/>
                      <target dev='vda' bus='virtio'/>
                    </disk>
                  </devices>
                </domain>
                """.formatted(name, uuid, disk);
    }

    @Test
    void domainIsDefinedFoundAndReadBack() throws Exception {
        UUID uuid = UUID.randomUUID();
        try (Libvirt libvirt = Libvirt.open(daemon.uri())) {
            libvirt.define(DomainXml.parse(
                    domain(uuid, "guest", temp.resolve("disk")).getBytes(StandardCharsets.UTF_8), "the test's domain"));

            assertThat(libvirt.find("guest")).contains(uuid);
            assertThat(libvirt.find("nobody")).isEmpty();
            assertThat(libvirt.domains()).contains(uuid);
            assertThat(libvirt.state(uuid)).contains(DomainState.SHUT_OFF);
            assertThat(libvirt.state(NOBODY)).isEmpty();
            assertThat(libvirt.running(uuid)).isEmpty();
            assertThat(libvirt.definition(uuid).orElseThrow().disks())
                    .singleElement()
                    .satisfies(disk -> assertThat(disk.source())
                            .contains(temp.resolve("disk").toString()));
            assertThat(libvirt.definition(NOBODY)).isEmpty();
            assertThat(libvirt.version()).matches("\\d+\\.\\d+\\.\\d+");
            assertThat(libvirt.hypervisorVersion()).matches("\\d+\\.\\d+\\.\\d+");
        }
    }

    @Test
    void failuresCarryLibvirtsWords() {
        try (Libvirt libvirt = Libvirt.open(daemon.uri())) {
            assertFails(
                    () -> libvirt.suspend(NOBODY),
                    Problem.SOURCE_NOT_FOUND,
                    "cannot suspend domain " + NOBODY + ": libvirt does not know the domain");
            assertFails(
                    () -> libvirt.define(DomainXml.parse(
                            "<domain type='qemu'><name>x</name></domain>".getBytes(StandardCharsets.UTF_8), "it")),
                    Problem.INVALID_ARGUMENT,
                    "cannot define domain x: XML error");
        }
        assertFails(
                () -> Libvirt.open("qemu+unix:///system?socket=" + temp.resolve("none")),
                Problem.UNREACHABLE,
                "No such file or directory");
        assertFails(() -> Libvirt.open("nonsense:///x"), Problem.UNREACHABLE, "cannot connect to libvirt at nonsense");
    }

    @Test
    void readOnlyConnectionChangesNothing() {
        try (Libvirt libvirt = Libvirt.openReadOnly(daemon.uri())) {
            assertThat(libvirt.state(NOBODY)).isEmpty();
            assertFails(
                    () -> libvirt.defineSecret(LibvirtSecret.ofCephUser(SECRET, "client.x"), new byte[] {1}),
                    Problem.ACCESS_DENIED,
                    "read only");
        }
    }

    @Test
    void secretIsDefinedReadAndReplaced() {
        try (Libvirt libvirt = Libvirt.open(daemon.uri())) {
            assertThat(libvirt.secret(SECRET)).isEmpty();
            assertThat(libvirt.secretValue(SECRET)).isEmpty();

            LibvirtSecret secret = LibvirtSecret.ofCephUser(SECRET, "client.cinder");
            libvirt.defineSecret(secret, new byte[] {0, 1, -1});

            assertThat(libvirt.secrets()).contains(SECRET);
            assertThat(libvirt.secret(SECRET)).contains(secret);
            assertThat(libvirt.secretValue(SECRET))
                    .hasValueSatisfying(value -> assertThat(value).containsExactly(0, 1, -1));
            libvirt.defineSecret(secret, new byte[] {7});
            assertThat(libvirt.secretValue(SECRET))
                    .hasValueSatisfying(value -> assertThat(value).containsExactly(7));
            assertFails(
                    () -> libvirt.defineSecret(
                            LibvirtSecret.ofCephUser(new UUID(3, 4), "client.cinder"), new byte[] {1}),
                    Problem.IO,
                    "already defined for use with client.cinder secret");
        }
    }

    @Test
    void daemonThatEndsIsNoticedAndASecondConnectionWorksAgain() throws Exception {
        try (Libvirt libvirt = Libvirt.open(daemon.uri())) {
            assertThat(libvirt.state(NOBODY)).isEmpty();
            daemon.restart();
            assertFails(() -> libvirt.state(NOBODY), Problem.UNREACHABLE, "cannot look for domain");
        }
        try (Libvirt libvirt = Libvirt.open(daemon.uri())) {
            assertThat(libvirt.state(NOBODY)).isEmpty();
        }
    }

    @Test
    void daemonThatHangsIsGivenUp() throws Exception {
        Libvirt libvirt = Libvirt.open(daemon.uri(), Duration.ofSeconds(1));
        daemon.hang(true);
        try {
            assertFails(() -> libvirt.state(NOBODY), Problem.UNREACHABLE, "did not answer within 1 s");
            assertFails(() -> libvirt.state(NOBODY), Problem.UNREACHABLE, "did not answer an earlier question");
            libvirt.close();
        } finally {
            daemon.hang(false);
        }
    }

    private static void assertFails(Runnable call, Problem problem, String message) {
        assertThatThrownBy(call::run).isInstanceOfSatisfying(BlockException.class, e -> {
            assertThat(e).hasMessageContaining(message);
            assertThat(e.problem()).isEqualTo(problem);
        });
    }
}
