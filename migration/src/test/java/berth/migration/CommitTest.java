package berth.migration;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.Fill;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.MigrationState;
import berth.block.ObjectDigest;
import berth.block.Problem;
import berth.block.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class CommitTest extends MoverFixture {
    private static ObjectDigest flipped(ObjectDigest digest) {
        return new ObjectDigest(digest.high(), digest.low() ^ 1);
    }

    /** Makes some objects of the target read back wrong. */
    private void damageTarget(Set<Long> objects) {
        faults.replaceFills(fill -> new FilterFill(fill) {
            @Override
            public ObjectDigest reread(long object, Consumer<ObjectDigest> points) {
                ObjectDigest read = super.reread(object, points);
                return objects.contains(object) ? flipped(read) : read;
            }
        });
    }

    @Test
    void aVerifiedMoveEndsWithAReceiptInTheStore() {
        prepareLinked();
        String targetId = store.migration(TARGET).targetId();
        String sourceId = store.migration(TARGET).sourceId().orElseThrow();
        execute();
        Committed committed = commit();
        Path file = directory.resolve("receipts").resolve(targetId + ".json");
        assertThat(committed.receiptPlace()).isEqualTo(file.toString());
        assertThat(Receipt.read(file)).isEqualTo(committed.receipt());
        assertThat(committed.receipt().verifySignature()).isTrue();
        ReceiptStatement statement = committed.receipt().statement();
        assertThat(statement.program()).isEqualTo("Berth 1.2.3");
        assertThat(statement.actor()).isEqualTo(ACTOR);
        assertThat(statement.source().image()).contains("rbd/migration_source");
        assertThat(statement.source().id()).contains(sourceId);
        assertThat(statement.target().id()).isEqualTo(targetId);
        assertThat(statement.target().sizeBytes()).isEqualTo(SIZE);
        assertThat(statement.target().points()).extracting(MovedPoint::name).containsExactly("s1", "");
        assertThat(statement.content().objects()).isEqualTo(OBJECTS);
        assertThat(statement.content().bytesSkipped())
                .isEqualTo(2 * SIZE - statement.content().bytesWritten());
        assertThat(statement.verification()).isEqualTo(new ReceiptStatement.Verification(true, true, List.of()));
        assertThat(statement.options()).containsEntry("workers", "2");
        assertThat(store.trash("rbd")).isEmpty();
    }

    @Test
    void theRootDigestIsThatOfTheObjects() {
        prepareImport();
        execute();
        DigestTree tree = new DigestTree();
        try (Fill fill = store.openFill(TARGET)) {
            for (long object = 0; object < OBJECTS; object++) {
                tree.add(fill.recorded(object));
            }
        }
        assertThat(commit().receipt().statement().content().rootDigest()).isEqualTo(tree.root());
    }

    @Test
    void damagedObjectsAreNamedAndNothingIsCommitted() {
        prepareImport();
        execute();
        damageTarget(Set.of(1L, 4L));
        BlockException e = expect(Problem.CORRUPT, this::commit);
        assertThat(e)
                .hasMessageContaining("2 of 5 objects of the target differ from what was copied, at bytes"
                        + " 4194304-8388607, 16777216-20971519");
        assertThat(state()).isEqualTo(MigrationState.EXECUTED);
        assertThat(directory.resolve("receipts")).doesNotExist();
        faults.replaceFills(fill -> fill);
        commit();
    }

    @Test
    void verificationCanBeSkippedAndTheReceiptSaysSo() {
        prepareImport();
        execute();
        damageTarget(Set.of(0L));
        Committed committed = mover.commit(TARGET, CommitOptions.DEFAULT.skippingVerification(), Progress.NONE);
        assertThat(committed.receipt().statement().verification().targetReread())
                .isFalse();
    }

    @Test
    void theSourceIsReadAgainUnlessThatIsSkipped() {
        prepareImport();
        execute();
        now.write(0, new byte[] {42});
        BlockException e = expect(Problem.CORRUPT, this::commit);
        assertThat(e)
                .hasMessageContaining("1 of 5 objects of the source differ")
                .hasMessageContaining("0-4194303");
        Committed committed = mover.commit(TARGET, CommitOptions.DEFAULT.skippingSource(), Progress.NONE);
        assertThat(committed.receipt().statement().verification().sourceReread())
                .isFalse();
    }

    @Test
    void objectsWithoutADigestAreCorruption() {
        prepareImport();
        execute();
        faults.replaceFills(fill -> new FilterFill(fill) {
            @Override
            public long filledObjects() {
                return 4;
            }
        });
        expect(Problem.CORRUPT, this::commit);
        expect(
                Problem.CORRUPT,
                () -> mover.commit(TARGET, CommitOptions.DEFAULT.skippingVerification(), Progress.NONE));
    }

    @Test
    void aSourceThatChangedAfterItWasCopiedIsRefused() {
        prepareImport();
        execute();
        disk.validators.put("/disks/vm.raw etag", "x");
        disk.validators.remove("/disks/vm.raw size");
        BlockException e = expect(Problem.SOURCE_CHANGED, this::commit);
        assertThat(e.blockers()).containsExactly("/disks/vm.raw etag: none -> x", "/disks/vm.raw size: 20 -> none");
        assertThat(e.errno().number()).isEqualTo(116);
        Committed committed = mover.commit(TARGET, CommitOptions.DEFAULT.acceptingChangedSource(), Progress.NONE);
        assertThat(committed.receipt().statement().verification().acceptedChanges())
                .hasSize(2);
    }

    @Test
    void clonesNeedForceAndAreNamed() {
        prepareLinked();
        ImageSpec kid = new ImageSpec("vms", "kid");
        ImageSpec grandkid = new ImageSpec("vms", "grandkid");
        store.clone(TARGET.at("s1"), kid, Layout.DEFAULT);
        try (Image open = store.open(kid, Access.READ_WRITE)) {
            open.createSnapshot("s");
            open.protectSnapshot("s");
        }
        store.clone(kid.at("s"), grandkid, Layout.DEFAULT);
        execute();
        BlockException e = expect(Problem.IMAGE_IN_USE, this::commit);
        assertThat(e.blockers()).containsExactly("vms/kid", "vms/grandkid");
        assertThat(e).hasMessageContaining("the image has descendants: vms/kid, vms/grandkid");
        assertThat(e.errno().number()).isEqualTo(16);
        Committed committed = mover.commit(TARGET, CommitOptions.DEFAULT.forced(), Progress.NONE);
        assertThat(committed.descendants()).containsExactly(kid, grandkid);
    }

    @Test
    void aCommitThatWasInterruptedGoesOnWithTheSameReceipt() {
        prepareImport();
        execute();
        faults.failOnce("commitMigration", new BlockException(Problem.IO, "power cut"));
        expect(Problem.IO, this::commit);
        String id = store.migration(TARGET).targetId();
        Receipt first = Receipt.read(directory.resolve("receipts").resolve(id + ".json"));
        time.pass(1_000_000_000);
        damageTarget(Set.of(0L));
        mover = newMover();
        assertThat(commit().receipt()).isEqualTo(first);
    }

    @Test
    void aReceiptThatCannotBeWrittenCanBeWrittenElsewhere() throws Exception {
        prepareImport();
        execute();
        Path blocked = Files.createFile(directory.resolve("file"));
        CommitOptions options = CommitOptions.DEFAULT.withReceipt(ReceiptSink.toFile(blocked.resolve("receipt.json")));
        expect(Problem.IO, () -> mover.commit(TARGET, options, Progress.NONE));
        assertThat(state()).isEqualTo(MigrationState.COMMITTING);
        commit();
        assertThat(store.migrations()).isEmpty();
    }

    @Test
    void progressGoesFromNothingToEverything() {
        prepareImport();
        execute();
        List<Long> seen = new ArrayList<>();
        mover.commit(TARGET, CommitOptions.DEFAULT, (done, total) -> {
            assertThat(total).isEqualTo(PhaseProgress.UNITS);
            return seen.add(done);
        });
        assertThat(seen).isSorted().hasSizeGreaterThanOrEqualTo(OBJECTS);
        assertThat(seen.get(OBJECTS - 1)).isEqualTo(900);
    }

    @Test
    void aCancelledVerificationChangesNothing() {
        prepareImport();
        execute();
        expect(Problem.CANCELLED, () -> mover.commit(TARGET, CommitOptions.DEFAULT, (done, total) -> done < 500));
        assertThat(state()).isEqualTo(MigrationState.EXECUTED);
        commit();
    }

    @Test
    void anEmptyDiskIsMovedToo() {
        ImageSpec empty = new ImageSpec("rbd", "empty");
        store.create(empty, 0, Layout.DEFAULT);
        mover.prepare(new MoveRequest.Linked(empty, empty, Optional.empty(), false));
        CopyStatus status = mover.execute(empty, ExecuteOptions.DEFAULT, CopyProgress.NONE);
        assertThat(status.percent()).isEqualTo(100);
        Committed committed = mover.commit(empty, CommitOptions.DEFAULT, Progress.NONE);
        assertThat(committed.receipt().statement().content().rootDigest())
                .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
