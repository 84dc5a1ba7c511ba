package berth.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.Image;
import berth.block.Problem;
import berth.block.Progress;
import berth.migration.ReceiptFindings.Outcome;
import berth.migration.ReceiptFindings.Point;
import berth.migration.ReceiptFindings.Range;
import berth.migration.ReceiptFindings.Verdict;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReceiptCheckTest extends MoverFixture {
    private Receipt moved() {
        prepareImport();
        execute();
        return commit().receipt();
    }

    private ReceiptFindings check(Receipt receipt) {
        return new ReceiptCheck(store, disk).run(receipt, true, Progress.NONE);
    }

    private void removeSnapshot() {
        try (Image image = store.open(TARGET, Access.READ_WRITE)) {
            image.unprotectSnapshot("s1");
            image.removeSnapshot("s1", Progress.NONE);
        }
    }

    @Test
    void aMoveThatNobodyTouchedIsProven() {
        ReceiptFindings findings = check(moved());
        assertThat(findings.verdict()).isEqualTo(Verdict.PROVEN);
        assertThat(findings.points()).extracting(Point::name).containsExactly("s1", "");
        assertThat(findings.points()).allSatisfy(point -> {
            assertThat(point.outcome()).isEqualTo(Outcome.SAME);
            assertThat(point.ranges()).isEqualTo(OBJECTS);
        });
        assertThat(findings.source().outcome()).isEqualTo(Outcome.SAME);
        assertThat(findings.source().points()).hasSize(2);
    }

    @Test
    void whatWasWrittenSinceIsToldByRange() {
        Receipt receipt = moved();
        write(TARGET, OBJECT + 5, "written");
        write(TARGET, SIZE - 7, "written");
        ReceiptFindings findings = check(receipt);
        assertThat(findings.verdict()).isEqualTo(Verdict.WRITTEN_SINCE);
        assertThat(findings.points().getFirst().outcome()).isEqualTo(Outcome.SAME);
        assertThat(findings.points().getLast().differing())
                .containsExactly(new Range(OBJECT, OBJECT), new Range(SIZE - OBJECT, OBJECT));
    }

    @Test
    void theImageIsFoundUnderItsNewNameAndInItsNewSize() {
        Receipt receipt = moved();
        store.rename(TARGET, "renamed");
        try (Image image = store.open(new berth.block.ImageSpec("vms", "renamed"), Access.READ_WRITE)) {
            image.resize(SIZE + 1, false, Progress.NONE);
        }
        ReceiptFindings findings = check(receipt);
        assertThat(findings.image()).hasToString("vms/renamed");
        assertThat(findings.verdict()).isEqualTo(Verdict.WRITTEN_SINCE);
        assertThat(findings.points().getLast().differing()).isEmpty();
        assertThat(findings.points().getLast().remark()).contains("20971521").contains("20971520");
    }

    @Test
    void aSnapshotThatIsGoneLeavesTheProofIncomplete() {
        Receipt receipt = moved();
        removeSnapshot();
        ReceiptFindings findings = check(receipt);
        assertThat(findings.verdict()).isEqualTo(Verdict.INCOMPLETE);
        assertThat(findings.points().getFirst().outcome()).isEqualTo(Outcome.GONE);
        assertThat(findings.points().getLast().outcome()).isEqualTo(Outcome.SAME);
    }

    @Test
    void aSnapshotWithOtherBytesUnderTheSameNameIsDifferent() {
        Receipt receipt = moved();
        removeSnapshot();
        write(TARGET, 3, "other");
        try (Image image = store.open(TARGET, Access.READ_WRITE)) {
            image.createSnapshot("s1");
        }
        ReceiptFindings findings = check(receipt);
        assertThat(findings.verdict()).isEqualTo(Verdict.SNAPSHOT_DIFFERS);
        assertThat(findings.points().getFirst().differing()).contains(new Range(0, OBJECT));
    }

    @Test
    void aSourceThatWasTouchedButHasTheSameBytesIsTheSame() {
        Receipt receipt = moved();
        disk.validators.put("/disks/vm.raw mtime", "2");
        ReceiptFindings findings = check(receipt);
        assertThat(findings.verdict()).isEqualTo(Verdict.PROVEN);
        assertThat(findings.source().changes()).containsExactly("/disks/vm.raw mtime: 1 -> 2");
    }

    @Test
    void aSourceWithOtherBytesIsToldByPointAndRange() {
        Receipt receipt = moved();
        now.write(2L * OBJECT, new byte[] {42});
        ReceiptFindings findings = check(receipt);
        assertThat(findings.verdict()).isEqualTo(Verdict.SOURCE_DIFFERS);
        assertThat(findings.source().points().getFirst().outcome()).isEqualTo(Outcome.SAME);
        assertThat(findings.source().points().getLast().differing()).containsExactly(new Range(2L * OBJECT, OBJECT));
        ReceiptFindings without = new ReceiptCheck(store, disk).run(receipt, false, Progress.NONE);
        assertThat(without.verdict()).isEqualTo(Verdict.PROVEN);
        assertThat(without.source().outcome()).isEqualTo(Outcome.NOT_COMPARED);
    }

    @Test
    void aSourceThatIsGoneIsNoneOfTheStoresBusiness() {
        Receipt receipt = moved();
        disk.gone = true;
        ReceiptFindings findings = check(receipt);
        assertThat(findings.verdict()).isEqualTo(Verdict.PROVEN);
        assertThat(findings.source().outcome()).isEqualTo(Outcome.GONE);
        assertThat(findings.source().remark()).contains("No such file");
    }

    @Test
    void aLinkedSourceWentWithTheCommit() {
        prepareLinked();
        execute();
        ReceiptFindings findings = check(commit().receipt());
        assertThat(findings.verdict()).isEqualTo(Verdict.PROVEN);
        assertThat(findings.source().outcome()).isEqualTo(Outcome.GONE);
    }

    @Test
    void withoutVerificationThereIsNothingToCompare() {
        prepareImport();
        execute();
        Receipt receipt = mover.commit(TARGET, CommitOptions.DEFAULT.skippingVerification(), Progress.NONE)
                .receipt();
        assertThat(receipt.statement().content().ranges()).isEmpty();
        ReceiptFindings findings = check(receipt);
        assertThat(findings.verdict()).isEqualTo(Verdict.INCOMPLETE);
        assertThat(findings.points()).extracting(Point::outcome).containsOnly(Outcome.NOT_COMPARED);
    }

    @Test
    void anImageThatIsGoneIsAFailure() {
        Receipt receipt = moved();
        removeSnapshot();
        store.remove(TARGET, Progress.NONE);
        expect(Problem.IMAGE_NOT_FOUND, () -> check(receipt));
    }

    @Test
    void aCancelEndsTheCheck() {
        Receipt receipt = moved();
        expect(
                Problem.CANCELLED,
                () -> new ReceiptCheck(store, disk).run(receipt, true, (done, total) -> done < total / 2));
    }

    @Test
    void onlyTheTrustedSignerIsLetThrough() {
        Receipt receipt = moved();
        byte[] own = Receipts.publicKey(directory);
        assertThatCode(() -> ReceiptCheck.requireSigned(receipt, own)).doesNotThrowAnyException();
        SigningKey other = SigningKey.openOrCreate(directory.resolve("other.pem"));
        BlockException forged = expect(
                Problem.FORBIDDEN, () -> ReceiptCheck.requireSigned(Receipt.sign(receipt.statement(), other), own));
        assertThat(forged.errno().number()).isEqualTo(13);
        String json = receipt.toJson();
        expect(Problem.MALFORMED, () -> ReceiptCheck.requireSigned(Receipt.parse(json.replace("vms", "vmz")), own));
    }

    @Test
    void statementsThatMakeNoSenseAreRefusedHoweverTheyAreSigned() {
        ReceiptStatement good = moved().statement();
        SigningKey key = SigningKey.openOrCreate(directory.resolve("other.pem"));
        ReceiptStatement.Content c = good.content();
        RangeDigests ranges = c.ranges().orElseThrow();
        for (ReceiptStatement.Content bad : List.of(
                content(c, 1L << 40, c.objects(), ranges),
                content(c, 0, c.objects(), ranges),
                content(c, c.objectBytes(), 1L << 50, ranges),
                content(c, c.objectBytes(), c.objects() + 1, ranges),
                content(c, c.objectBytes(), c.objects(), new RangeDigests(0, ranges.points())),
                content(c, c.objectBytes(), c.objects(), new RangeDigests(3, ranges.points())),
                content(c, c.objectBytes(), c.objects(), new RangeDigests(1, List.of())))) {
            ReceiptStatement statement = new ReceiptStatement(
                    good.program(),
                    good.actor(),
                    good.source(),
                    good.target(),
                    bad,
                    good.verification(),
                    good.times(),
                    good.options());
            expect(Problem.MALFORMED, () -> check(Receipt.sign(statement, key)));
        }
    }

    private static ReceiptStatement.Content content(
            ReceiptStatement.Content from, long objectBytes, long objects, RangeDigests ranges) {
        return new ReceiptStatement.Content(
                objectBytes,
                objects,
                from.digest(),
                from.rootDigest(),
                Optional.of(ranges),
                from.bytesRead(),
                from.bytesWritten(),
                from.bytesSkipped());
    }
}
