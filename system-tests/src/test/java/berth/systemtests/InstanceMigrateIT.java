package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Moves of Nova instances through the command. */
class InstanceMigrateIT {
    @TempDir
    Path temp;

    private Berth berth;
    private Path instances;
    private Path instance;

    @BeforeEach
    void copySample() throws IOException {
        Programs.require("qemu-img", "qemu-io");
        berth = Berth.in(temp);
        instances = temp.resolve("instances");
        instance = SampleInstance.copyTo(instances);
    }

    @Test
    void dryRunSaysWhatWouldBeDoneAndChangesNothing() throws Exception {
        Map<Path, Long> before = sizesAndTimes();

        Outcome plan = berth.ok("instance", "migrate", "--dry-run", instance.toString());

        assertThat(plan.out()).contains(SampleInstance.ID, SampleInstance.IMAGE);
        assertThat(sizesAndTimes()).isEqualTo(before);
        assertThat(berth.ok("pool", "ls").out()).isEqualTo("rbd\n");
    }

    @Test
    void movedDiskHoldsWhatQemuReadsAndTheDomainFindsItOverNbd() throws Exception {
        Map<Path, Long> before = sizesAndTimes();
        Path expected = Disks.converted(instance.resolve("disk"), temp.resolve("expected.raw"));

        Outcome moved = berth.ok("instance", "migrate", "--no-progress", instance.toString());

        assertThat(moved.out()).contains(SampleInstance.ID + ": moved", "verified");
        Disks.assertSame(berth.export(SampleInstance.IMAGE, temp.resolve("copy.raw")), expected);
        assertThat(sizesAndTimes()).isEqualTo(before);
        assertThat(domainXml())
                .contains("protocol=\"nbd\"", "name=\"" + SampleInstance.IMAGE + "\"", "<uuid>" + SampleInstance.ID)
                .doesNotContain(instance.toString());
        Path socket = temp.resolve("nbd.sock");
        try (BerthProcess server = berth.start("serve", "--nbd-socket", socket.toString())) {
            server.awaitMessage("serving the store");
            Programs.ok(
                    "qemu-img",
                    "compare",
                    "-f",
                    "raw",
                    "-F",
                    "raw",
                    expected.toString(),
                    Nbd.uri(socket, SampleInstance.IMAGE));
        }
        assertThat(berth.ok("instance", "migrate", "--no-progress", instance.toString())
                        .out())
                .contains("moved earlier");
        berth.check();
    }

    @Test
    void failedMoveLeavesItsSourceAndTheStoreAsTheyWere() throws Exception {
        Path base;
        try (Stream<Path> bases = Files.list(instances.resolve("_base"))) {
            base = bases.findFirst().orElseThrow();
        }
        try (RandomAccessFile file = new RandomAccessFile(base.toFile(), "rw")) {
            file.setLength(file.length() / 2);
        }
        Map<Path, Long> before = sizesAndTimes();

        Outcome failed = berth.run("instance", "migrate", "--no-progress", instance.toString());

        assertThat(failed.status()).as(failed.toString()).isNotZero();
        assertThat(failed.toString()).contains(": failed", "the instance's files have not been changed");
        assertThat(sizesAndTimes()).isEqualTo(before);
        assertThat(berth.run("ls", "vms").out()).isEmpty();
        assertThat(berth.ok("trash", "ls", "--all").out()).isEmpty();
        berth.check();
    }

    @Test
    void severalAreMovedAtOnceAndAFailedOneStopsNoOther() throws Exception {
        List<Path> copies = List.of(instance, copyWithOtherId(), copyWithOtherId());
        Path broken = copyWithOtherId();
        Files.writeString(broken.resolve("disk"), "no qcow2 image");

        Outcome moved = berth.run(
                "instance",
                "migrate",
                "--no-progress",
                "--jobs",
                "3",
                "--to",
                "fast",
                broken.toString(),
                copies.get(0).toString(),
                copies.get(1).toString(),
                copies.get(2).toString());

        assertThat(moved.status()).as(moved.toString()).isNotZero();
        assertThat(moved.out()).contains(broken.getFileName() + ": failed");
        Path expected = Disks.converted(instance.resolve("disk"), temp.resolve("expected.raw"));
        for (Path copy : copies) {
            assertThat(moved.out()).contains(copy.getFileName() + ": moved");
            Disks.assertSame(berth.export("fast/" + copy.getFileName() + "_disk", temp.resolve("copy.raw")), expected);
        }
        assertThat(berth.ok("ls", "fast").out().lines()).hasSize(copies.size());
        berth.check();
    }

    private Path copyWithOtherId() throws IOException {
        String id = UUID.randomUUID().toString();
        Path copy = Files.createDirectory(instances.resolve(id));
        for (String name : List.of("disk", "disk.info", "libvirt.xml")) {
            Files.copy(instance.resolve(name), copy.resolve(name));
        }
        for (String name : List.of("disk.info", "libvirt.xml")) {
            Path file = copy.resolve(name);
            Files.writeString(file, Files.readString(file).replace(SampleInstance.ID, id));
        }
        return copy;
    }

    private String domainXml() throws IOException {
        try (Stream<Path> files = Files.walk(berth.store().resolve("instances"))) {
            return Files.readString(files.filter(file -> file.toString().endsWith(".xml"))
                    .findFirst()
                    .orElseThrow());
        }
    }

    /** What would tell of a change to Nova's files. */
    private Map<Path, Long> sizesAndTimes() throws IOException {
        Map<Path, Long> found = new TreeMap<>();
        try (Stream<Path> files = Files.walk(instances)) {
            for (Path file : files.toList()) {
                found.put(
                        file,
                        31 * Files.size(file) + Files.getLastModifiedTime(file).toMillis());
            }
        }
        return found;
    }
}
