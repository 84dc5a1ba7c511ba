package berth.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.MigrationState;
import berth.block.Problem;
import berth.libvirt.DiskFormat;
import berth.libvirt.DomainXml;
import berth.libvirt.NovaInstance;
import berth.migration.CommitOptions;
import berth.migration.CopyStatus;
import berth.migration.ExecuteOptions;
import berth.migration.Receipt;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceMoverTest {
    /** Cancels when the first object has been copied. */
    private static final MoveListener CANCEL = new MoveListener() {
        @Override
        public boolean copying(ImageSpec target, CopyStatus status) {
            return false;
        }
    };

    @TempDir
    Path temp;

    private Lab lab;

    @BeforeEach
    void open() throws IOException {
        lab = new Lab(temp);
    }

    @AfterEach
    void close() {
        lab.close();
    }

    @Test
    void instanceBecomesAnImageAndADomainThatFindsItThere() throws IOException {
        Map<String, String> before = lab.fingerprint();

        InstanceReport report = move();

        assertThat(report.failure()).isEmpty();
        assertThat(report.outcome()).isEqualTo(InstanceReport.Outcome.MOVED);
        assertThat(report.notes()).containsExactly("pool vms was made");
        assertThat(lab.store().info(Lab.IMAGE).size()).isEqualTo(1L << 30);
        assertThat(lab.store().migrations()).isEmpty();
        byte[] mbr = lab.read(Lab.IMAGE, 0, 512);
        assertThat(mbr[510]).isEqualTo((byte) 0x55);
        assertThat(mbr[511]).isEqualTo((byte) 0xAA);
        Path xml = Path.of(report.domainXml().orElseThrow());
        assertThat(DomainXml.read(xml).disks()).singleElement().satisfies(disk -> {
            assertThat(disk.source()).contains("nbd:" + Lab.IMAGE);
            assertThat(disk.format()).contains("raw");
            assertThat(disk.target()).isEqualTo("vda");
        });
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(xml)))
                .isEqualTo("rw-------");
        Receipt receipt = Receipt.read(Path.of(report.disks().getFirst().receipt()));
        assertThat(receipt.verifySignature()).isTrue();
        assertThat(receipt.statement().verification().targetReread()).isTrue();
        assertThat(lab.fingerprint()).isEqualTo(before);
        assertThat(report.text())
                .startsWith(Lab.INSTANCE + ": moved\n  disk is " + Lab.IMAGE + " (1073741824 bytes, ")
                .contains(", verified)", "domain: " + xml);
    }

    @Test
    void movingAgainSaysThatItIsDoneAndLeavesTheDomainAlone() throws IOException {
        Path xml = Path.of(move().domainXml().orElseThrow());
        Files.writeString(xml, "<domain>edited</domain>");
        lab.reopen();

        InstanceReport again = move();

        assertThat(again.outcome()).isEqualTo(InstanceReport.Outcome.MOVED_EARLIER);
        assertThat(again.disks()).singleElement().extracting(DiskReport::image).isEqualTo(Lab.IMAGE.toString());
        assertThat(xml).hasContent("<domain>edited</domain>");
        Files.delete(xml);
        assertThat(move().domainXml()).contains(xml.toString());
        assertThat(xml).exists();
    }

    @Test
    void planSaysEverythingAndChangesNothing() throws IOException {
        Map<String, String> before = lab.fingerprint();

        InstancePlan plan = lab.instances().plan(InstanceRequest.of(lab.instance()), MoveOptions.DEFAULT);

        assertThat(plan.problems()).isEmpty();
        assertThat(plan.notes()).containsExactly("pool vms will be made");
        assertThat(plan.disks()).singleElement().satisfies(disk -> {
            assertThat(disk.image()).isEqualTo(Lab.IMAGE.toString());
            assertThat(disk.state()).isEqualTo("new");
            assertThat(disk.migration().orElseThrow().files()).hasSize(2);
        });
        assertThat(plan.domainXml())
                .contains(lab.destination().domainXml(Lab.INSTANCE).toString());
        assertThat(plan.text()).contains("disk becomes " + Lab.IMAGE + " (new)", "_base/b3f415ac");
        assertThat(lab.store().pools()).isEmpty();
        assertThat(lab.destination().directory()).doesNotExist();
        assertThat(lab.fingerprint()).isEqualTo(before);
    }

    @Test
    void planNamesAllProblemsAtOnce() throws IOException {
        lab.running.put(Lab.INSTANCE, "paused");
        try (RandomAccessFile writer =
                new RandomAccessFile(lab.instance().resolve("disk").toFile(), "rw")) {
            assertThat(writer.length()).isPositive();

            InstancePlan plan = lab.instances().plan(InstanceRequest.of(lab.instance()), MoveOptions.DEFAULT);

            assertThat(plan.problems())
                    .extracting(problem -> problem.problem())
                    .containsExactly(Problem.IMAGE_IN_USE, Problem.IMAGE_IN_USE);
            assertThat(plan.text())
                    .contains("libvirt says that the domain is paused", "has it open for writing", "shut the instance");
        }
    }

    @Test
    void runningInstanceIsRefused() {
        lab.running.put(Lab.INSTANCE, "running");

        assertFailed(move(), Problem.IMAGE_IN_USE, "libvirt says that the domain is running");
    }

    @Test
    void diskThatIsOpenForWritingIsRefused() throws IOException {
        try (RandomAccessFile writer =
                new RandomAccessFile(lab.instance().resolve("disk").toFile(), "rw")) {
            assertThat(writer.length()).isPositive();
            assertFailed(
                    move(),
                    Problem.IMAGE_IN_USE,
                    "process " + ProcessHandle.current().pid());
        }
        assertThat(move().outcome()).isEqualTo(InstanceReport.Outcome.MOVED);
    }

    @Test
    void cancelledMoveGoesOnWhereItWas() {
        InstanceReport cancelled = move(CANCEL);
        assertThat(cancelled.failure().orElseThrow().problem()).isEqualTo(Problem.CANCELLED);
        assertThat(cancelled.text()).contains("run the command again to go on");
        assertThat(lab.store().migration(Lab.IMAGE).state()).isEqualTo(MigrationState.EXECUTING);
        long filled = lab.mover().status(Lab.IMAGE).copied().orElseThrow().objectsDone();
        assertThat(filled).isPositive();
        String id = lab.store().info(Lab.IMAGE).id();
        lab.reopen();

        assertThat(lab.instances()
                        .plan(InstanceRequest.of(lab.instance()), MoveOptions.DEFAULT)
                        .disks())
                .extracting(InstancePlan.DiskPlan::state)
                .containsExactly("executing");
        assertThat(move().outcome()).isEqualTo(InstanceReport.Outcome.MOVED);
        assertThat(lab.store().info(Lab.IMAGE).id()).isEqualTo(id);
    }

    @Test
    void whatWasCopiedStaysWhenTheNextRunCannotBegin() throws IOException {
        move(CANCEL);
        lab.running.put(Lab.INSTANCE, "running");

        assertFailed(move(), Problem.IMAGE_IN_USE, "running");
        assertThat(lab.store().migration(Lab.IMAGE).state()).isEqualTo(MigrationState.EXECUTING);
    }

    @Test
    void moveThatStoppedBeforeItsCommitGoesOn() {
        move(CANCEL);
        lab.mover().execute(Lab.IMAGE, ExecuteOptions.DEFAULT, status -> true);
        assertThat(lab.store().migration(Lab.IMAGE).state()).isEqualTo(MigrationState.EXECUTED);

        assertThat(move().outcome()).isEqualTo(InstanceReport.Outcome.MOVED);
    }

    @Test
    void diskThatChangedInBetweenIsTakenBackAndMovedAnew() throws IOException {
        move(CANCEL);
        try (RandomAccessFile disk =
                new RandomAccessFile(lab.instance().resolve("disk").toFile(), "rw")) {
            disk.seek(disk.length() - 1);
            disk.write(7);
        }
        Map<String, String> before = lab.fingerprint();

        InstanceReport report = move();

        assertFailed(report, Problem.SOURCE_CHANGED, "the source changed");
        assertThat(report.failure().orElseThrow().cleanup())
                .containsExactly("what had been copied to " + Lab.IMAGE + " was removed");
        assertThat(lab.store().images("vms")).isEmpty();
        assertThat(lab.fingerprint()).isEqualTo(before);
        assertThat(move().outcome()).isEqualTo(InstanceReport.Outcome.MOVED);
    }

    @Test
    void diskThatChangedAfterItsMoveIsNotTakenForDone() throws IOException {
        move();
        try (RandomAccessFile disk =
                new RandomAccessFile(lab.instance().resolve("disk").toFile(), "rw")) {
            disk.seek(disk.length() - 1);
            disk.write(7);
        }

        assertFailed(move(), Problem.SOURCE_CHANGED, "which has changed since then");
        assertThat(lab.store().images("vms")).hasSize(1);
    }

    @Test
    void baseThatNovaTouchesIsReadAgainInsteadOfRefused() throws IOException {
        Path base = lab.instancesDirectory().resolve("_base/b3f415ac63f2ea43cf079958dad3e5fe6c6aa0de");
        move(CANCEL);
        Files.setLastModifiedTime(base, FileTime.fromMillis(1_000_000));

        InstanceReport report = move();

        assertThat(report.failure()).isEmpty();
        Receipt receipt = Receipt.read(Path.of(report.disks().getFirst().receipt()));
        assertThat(receipt.statement().verification().sourceReread()).isTrue();
        assertThat(receipt.statement().verification().acceptedChanges())
                .singleElement()
                .asString()
                .startsWith(base + " mtime_ns");
        Files.setLastModifiedTime(base, FileTime.fromMillis(2_000_000));
        assertThat(move().outcome()).isEqualTo(InstanceReport.Outcome.MOVED_EARLIER);
    }

    @Test
    void baseThatIsTouchedBetweenCopyAndCommitIsReadAgain() throws IOException {
        Path base = lab.instancesDirectory().resolve("_base/b3f415ac63f2ea43cf079958dad3e5fe6c6aa0de");
        move(CANCEL);
        lab.mover().execute(Lab.IMAGE, ExecuteOptions.DEFAULT, status -> true);
        Files.setLastModifiedTime(base, FileTime.fromMillis(1_000_000));

        InstanceReport report = move();

        assertThat(report.failure()).isEmpty();
        assertThat(Receipt.read(Path.of(report.disks().getFirst().receipt()))
                        .statement()
                        .verification()
                        .sourceReread())
                .isTrue();
    }

    @Test
    void baseWhoseBytesChangedIsRefused() throws IOException {
        Path base = lab.instancesDirectory().resolve("_base/b3f415ac63f2ea43cf079958dad3e5fe6c6aa0de");
        move(CANCEL);
        lab.mover().execute(Lab.IMAGE, ExecuteOptions.DEFAULT, status -> true);
        flipCompressedData(base);

        InstanceReport report = move();

        assertThat(report.outcome()).isEqualTo(InstanceReport.Outcome.FAILED);
        assertThat(report.failure().orElseThrow().problem()).isEqualTo(Problem.CORRUPT);
        assertThat(lab.store().images("vms")).isEmpty();
    }

    /** Changes every byte of the second half of the file, which holds compressed clusters. */
    private static void flipCompressedData(Path base) throws IOException {
        byte[] bytes = Files.readAllBytes(base);
        for (int i = bytes.length / 2; i < bytes.length; i++) {
            bytes[i] ^= 0x55;
        }
        Files.write(base, bytes);
    }

    @Test
    void imageOfAnotherOriginIsRefusedAndKept() {
        lab.store().createPool("vms");
        lab.store().create(Lab.IMAGE, 4096, Layout.DEFAULT);

        assertFailed(move(), Problem.IMAGE_EXISTS, "is not this disk");
        assertThat(lab.store().info(Lab.IMAGE).size()).isEqualTo(4096);
    }

    @Test
    void migrationOfAnotherDiskIsRefusedAndKept() throws IOException {
        move(CANCEL);
        Path elsewhere = Files.move(lab.instancesDirectory(), temp.toRealPath().resolve("elsewhere"));
        InstanceRequest other = InstanceRequest.of(elsewhere.resolve(Lab.INSTANCE.toString()));

        assertFailed(
                lab.instances().move(other, MoveOptions.DEFAULT, MoveListener.NONE),
                Problem.MIGRATING,
                "another disk is being moved to " + Lab.IMAGE);
        assertThat(lab.store().migration(Lab.IMAGE).state()).isEqualTo(MigrationState.EXECUTING);
    }

    @Test
    void backingFileElsewhereIsRefusedUntilItsDirectoryIsAllowed() throws IOException {
        Path elsewhere = Files.createDirectory(temp.toRealPath().resolve("elsewhere"));
        Files.move(lab.instancesDirectory().resolve("_base"), elsewhere.resolve("_base"));
        Files.createSymbolicLink(lab.instancesDirectory().resolve("_base"), Files.createDirectory(temp.resolve("b")));
        Files.createSymbolicLink(
                temp.resolve("b/b3f415ac63f2ea43cf079958dad3e5fe6c6aa0de"),
                elsewhere.resolve("_base/b3f415ac63f2ea43cf079958dad3e5fe6c6aa0de"));

        InstanceReport refused = move();
        assertFailed(refused, Problem.FORBIDDEN, "backing file");
        assertThat(refused.text()).contains("--backing-dir");

        MoveOptions options =
                new MoveOptions("vms", List.of(elsewhere), ExecuteOptions.DEFAULT, CommitOptions.DEFAULT, false);
        assertThat(lab.instances()
                        .move(InstanceRequest.of(lab.instance()), options, MoveListener.NONE)
                        .outcome())
                .isEqualTo(InstanceReport.Outcome.MOVED);
    }

    @Test
    void diskThatIsNotAsLargeAsTheFlavorSaysIsRefusedUntilThatIsAccepted() throws IOException {
        for (String gibibytes : new String[] {"2", "20"}) {
            flavor("disk", "1", gibibytes);
            String finding = "disk has 1073741824 bytes, but flavor m1.tiny has " + (Long.parseLong(gibibytes) << 30);

            InstancePlan plan = lab.instances().plan(InstanceRequest.of(lab.instance()), MoveOptions.DEFAULT);
            assertThat(plan.text()).contains("problem: " + finding, "--accept-flavor-mismatch");
            assertFailed(move(), Problem.INVALID_ARGUMENT, finding);
            assertThat(lab.store().pools()).isEmpty();
            flavor("disk", gibibytes, "1");
        }
        flavor("disk", "1", "2");
        MoveOptions accepting = new MoveOptions("vms", List.of(), ExecuteOptions.DEFAULT, CommitOptions.DEFAULT, true);
        assertThat(lab.instances()
                        .plan(InstanceRequest.of(lab.instance()), accepting)
                        .problems())
                .isEmpty();
        InstanceReport report = lab.instances().move(InstanceRequest.of(lab.instance()), accepting, MoveListener.NONE);
        assertThat(report.outcome()).isEqualTo(InstanceReport.Outcome.MOVED);
        assertThat(report.notes()).contains("disk has 1073741824 bytes, but flavor m1.tiny has 2147483648");
        assertThat(move().outcome()).isEqualTo(InstanceReport.Outcome.MOVED_EARLIER);
    }

    @Test
    void diskOfAFlavorWithoutASizeIsAsLargeAsItsImage() throws IOException {
        flavor("disk", "1", "0");
        assertThat(move().outcome()).isEqualTo(InstanceReport.Outcome.MOVED);
    }

    private void flavor(String what, String from, String to) throws IOException {
        Path xml = lab.instance().resolve("libvirt.xml");
        String text = Files.readString(xml);
        String element = "<nova:" + what + ">%s</nova:" + what + ">";
        assertThat(text).contains(element.formatted(from));
        Files.writeString(xml, text.replace(element.formatted(from), element.formatted(to)));
    }

    @Test
    void allDisksOfAnInstanceMoveUnderNovasNames() throws IOException {
        Files.writeString(lab.instance().resolve("disk.swap"), "s".repeat(5000));
        Files.writeString(lab.instance().resolve("disk.config"), "c".repeat(3000));
        flavor("swap", "0", "1");
        NovaInstance.Hints hints = new NovaInstance.Hints(
                Map.of("disk.swap", DiskFormat.RAW, "disk.config", DiskFormat.RAW), Optional.empty());

        InstanceReport report = lab.instances()
                .move(new InstanceRequest(lab.instance(), hints), MoveOptions.DEFAULT, MoveListener.NONE);

        assertThat(report.disks())
                .extracting(DiskReport::image)
                .containsExactly(
                        Lab.IMAGE.toString(),
                        "vms/" + Lab.INSTANCE + "_disk.config",
                        "vms/" + Lab.INSTANCE + "_disk.swap");
        assertThat(report.notes()).contains("disk.swap is moved, but the domain does not use it");
        assertThat(lab.read(new ImageSpec("vms", Lab.INSTANCE + "_disk.swap"), 4999, 1))
                .containsExactly('s');
    }

    @Test
    void failureOfOneDiskTakesBackTheOthers() throws IOException {
        Files.writeString(lab.instance().resolve("disk.swap"), "not a qcow2 image");
        NovaInstance.Hints hints = new NovaInstance.Hints(Map.of("disk.swap", DiskFormat.QCOW2), Optional.empty());
        InstanceRequest broken = new InstanceRequest(lab.instance(), hints);

        InstanceReport report = lab.instances().move(broken, MoveOptions.DEFAULT, MoveListener.NONE);

        assertFailed(report, Problem.MALFORMED, "disk.swap");
        assertThat(lab.store().pools()).isEmpty();
    }

    @Test
    void instanceWithoutDomainIsMovedWithANote() throws IOException {
        Files.delete(lab.instance().resolve("libvirt.xml"));

        InstanceReport report = move();

        assertThat(report.outcome()).isEqualTo(InstanceReport.Outcome.MOVED);
        assertThat(report.domainXml()).isEmpty();
        assertThat(report.notes()).anyMatch(note -> note.contains("name one with --xml"));
    }

    @Test
    void domainThatDoesNotUseTheDiskIsRefused() throws IOException {
        Path xml = lab.instance().resolve("libvirt.xml");
        Files.writeString(xml, Files.readString(xml).replace("/disk\"/>", "/other\"/>"));

        assertFailed(move(), Problem.INVALID_ARGUMENT, "does not use");
    }

    @Test
    void batchMovesAllButTheBrokenOne() throws Exception {
        Path second = lab.addInstance(UUID.fromString("00000000-0000-4000-8000-000000000002"));
        Path broken = lab.addInstance(UUID.fromString("00000000-0000-4000-8000-000000000003"));
        Files.delete(broken.resolve("disk.info"));
        List<InstanceRequest> requests =
                List.of(InstanceRequest.of(lab.instance()), InstanceRequest.of(broken), InstanceRequest.of(second));
        int[] finished = {0};

        List<InstanceReport> reports = new InstanceBatch(lab.instances(), 2)
                .run(requests, MoveOptions.DEFAULT, MoveListener.NONE, report -> finished[0]++);

        assertThat(reports)
                .extracting(InstanceReport::outcome)
                .containsExactly(
                        InstanceReport.Outcome.MOVED, InstanceReport.Outcome.FAILED, InstanceReport.Outcome.MOVED);
        assertThat(reports.get(1).text())
                .contains("say it with --disk-format", "the instance's files have not been changed");
        assertThat(finished[0]).isEqualTo(3);
        assertThat(lab.store().images("vms")).hasSize(2);
        assertThat(lab.read(Lab.IMAGE, 1 << 20, 4096))
                .isEqualTo(lab.read(new ImageSpec("vms", "00000000-0000-4000-8000-000000000002_disk"), 1 << 20, 4096));
    }

    private InstanceReport move() {
        return move(MoveListener.NONE);
    }

    private InstanceReport move(MoveListener listener) {
        return lab.instances().move(InstanceRequest.of(lab.instance()), MoveOptions.DEFAULT, listener);
    }

    private static void assertFailed(InstanceReport report, Problem problem, String message) {
        assertThat(report.outcome()).isEqualTo(InstanceReport.Outcome.FAILED);
        Failure failure = report.failure().orElseThrow();
        assertThat(failure.message()).contains(message);
        assertThat(failure.problem()).isEqualTo(problem);
        assertThat(report.domainXml()).isEmpty();
    }
}
