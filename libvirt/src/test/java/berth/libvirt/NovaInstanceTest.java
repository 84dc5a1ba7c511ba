package berth.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.block.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NovaInstanceTest {
    private static final UUID ID = Samples.UUID_OF_INSTANCE;

    @TempDir
    Path temp;

    private Path directory;

    @BeforeEach
    void makeInstance() throws IOException {
        directory = Files.createDirectory(temp.toRealPath().resolve(ID.toString()));
        Files.createFile(directory.resolve("disk"));
    }

    @Test
    void sampleIsRead() {
        NovaInstance instance = read(Samples.INSTANCE);

        assertThat(instance.uuid()).isEqualTo(ID);
        assertThat(instance.disks())
                .containsExactly(new NovaDisk("disk", Samples.INSTANCE.resolve("disk"), DiskFormat.QCOW2));
        assertThat(instance.domain().orElseThrow().name()).isEqualTo("instance-0000004e");
        assertThat(NovaInstance.domainDisk(instance.domain().orElseThrow(), ID, "disk")
                        .orElseThrow()
                        .target())
                .isEqualTo("vda");
    }

    @Test
    void allKindsOfDisksAreListedAndOtherFilesAreNot() throws IOException {
        for (String name : new String[] {"disk.local", "disk.swap", "disk.eph0", "disk.config", "disk.bak", "disk1"}) {
            Files.createFile(directory.resolve(name));
        }
        diskInfo("""
                {"/n/%1$s/disk": "qcow2", "/n/%1$s/disk.local": "raw", "/n/%1$s/disk.swap": "raw",
                 "/n/%1$s/disk.eph0": "qcow2", "/n/%1$s/disk.config": "raw"}
                """.formatted(ID));

        assertThat(read(directory).disks())
                .extracting(disk -> disk.name() + " " + disk.format())
                .containsExactly("disk qcow2", "disk.config raw", "disk.eph0 qcow2", "disk.local raw", "disk.swap raw");
    }

    @Test
    void formatIsNeverGuessed() throws IOException {
        assertRefused(Problem.INVALID_ARGUMENT, "say it with --disk-format disk=qcow2");

        diskInfo("{\"/var/lib/nova/instances/00000000-0000-4000-8000-000000000000/disk\": \"raw\"}");
        assertRefused(Problem.INVALID_ARGUMENT, "say it with --disk-format disk=qcow2");

        assertThat(NovaInstance.read(directory, formats("disk", DiskFormat.RAW))
                        .disks()
                        .getFirst()
                        .format())
                .isEqualTo(DiskFormat.RAW);
    }

    @Test
    void contradictingFormatsAreRefused() throws IOException {
        diskInfo("{\"" + directory.resolve("disk") + "\": \"raw\"}");
        assertThatThrownBy(() -> NovaInstance.read(directory, formats("disk", DiskFormat.QCOW2)))
                .hasMessageContaining("disk.info says that disk is raw, not qcow2");

        Files.copy(Samples.DOMAIN, directory.resolve("libvirt.xml"));
        assertRefused(Problem.INVALID_ARGUMENT, "the domain has disk as qcow2, but it is said to be raw");
    }

    @Test
    void unknownFormatAndMalformedDiskInfoAreRefused() throws IOException {
        diskInfo("{\"" + directory.resolve("disk") + "\": \"ploop\"}");
        assertRefused(Problem.UNSUPPORTED, "'ploop'; only raw and qcow2");
        diskInfo("[1]");
        assertRefused(Problem.MALFORMED, "no JSON object");
        diskInfo("{\"a\\u0000\": \"raw\"}");
        assertRefused(Problem.MALFORMED, "disk.info");
        diskInfo("{\"a\": {}}");
        assertRefused(Problem.MALFORMED, "disk.info");
        diskInfo("{");
        assertRefused(Problem.MALFORMED, "disk.info");
        diskInfo(" ".repeat(70_000));
        assertRefused(Problem.MALFORMED, "more than 65536 bytes");
    }

    @Test
    void uuidComesFromTheDomainWhereTheDirectoryHasAnotherKindOfName() throws IOException {
        Path backup = Files.move(directory, temp.toRealPath().resolve("backup"));
        assertThatThrownBy(() -> read(backup)).hasMessageContaining("name the domain XML");

        Files.copy(Samples.DOMAIN, backup.resolve("libvirt.xml"));
        Files.copy(Samples.INSTANCE.resolve("disk.info"), backup.resolve("disk.info"));
        assertThat(read(backup).uuid()).isEqualTo(ID);
        assertThat(read(backup).disks().getFirst().format()).isEqualTo(DiskFormat.QCOW2);
    }

    @Test
    void domainOfAnotherInstanceIsRefused() throws IOException {
        Path other = Files.move(directory, directory.resolveSibling("00000000-0000-4000-8000-000000000000"));
        Files.copy(Samples.DOMAIN, other.resolve("libvirt.xml"));

        assertThatThrownBy(() -> read(other)).hasMessageContaining("but its domain has the UUID " + ID);
    }

    @Test
    void diskOutsideOfTheDirectoryIsRefused() throws IOException {
        Files.delete(directory.resolve("disk"));
        Files.createSymbolicLink(directory.resolve("disk"), Files.createFile(temp.resolve("secret")));

        assertRefused(Problem.FORBIDDEN, "outside of the instance directory");
    }

    @Test
    void directoryWithoutDisksIsRefused() throws IOException {
        Files.delete(directory.resolve("disk"));
        assertRefused(Problem.SOURCE_NOT_FOUND, "it holds no file 'disk'");
        Files.createDirectory(directory.resolve("disk"));
        assertRefused(Problem.UNSUPPORTED, "no regular file");
        assertThatThrownBy(() -> read(temp.resolve("none"))).hasMessageContaining("no instance directory");
        assertThatThrownBy(() -> read(Samples.DOMAIN)).hasMessageContaining("no instance directory");
    }

    private void diskInfo(String json) throws IOException {
        Files.writeString(directory.resolve("disk.info"), json);
    }

    private static NovaInstance read(Path path) {
        return NovaInstance.read(path, NovaInstance.Hints.NONE);
    }

    private static NovaInstance.Hints formats(String disk, DiskFormat format) {
        return new NovaInstance.Hints(Map.of(disk, format), Optional.empty());
    }

    private void assertRefused(Problem problem, String message) {
        assertThatThrownBy(() -> read(directory)).isInstanceOfSatisfying(BlockException.class, e -> {
            assertThat(e.problem()).isEqualTo(problem);
            assertThat(e).hasMessageContaining(message);
        });
    }
}
