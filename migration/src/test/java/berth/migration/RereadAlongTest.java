package berth.migration;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.BlockException;
import berth.block.MigrationState;
import berth.block.ObjectDigest;
import berth.block.Problem;
import berth.block.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Moves in one go: in which moment the target is read again. */
class RereadAlongTest extends MoverFixture {
    private static final List<Long> ALL = LongStream.range(0, OBJECTS).boxed().toList();

    private final List<Long> rereadWhileCopied = new ArrayList<>();
    private final List<Long> rereadAfterwards = new ArrayList<>();

    @Override
    DiskOutside makeDisk() {
        return DiskOutside.of(now);
    }

    /** A store that tells at once what it keeps, or not, in which some objects are wrong. */
    private void watch(boolean provesAtOnce, Set<Long> wrong) {
        faults.replaceFills(fill -> new FilterFill(fill) {
            @Override
            public boolean provesAtOnce() {
                return provesAtOnce;
            }

            @Override
            public ObjectDigest reread(long object, Consumer<ObjectDigest> points) {
                boolean copying = state() == MigrationState.EXECUTING;
                synchronized (rereadAfterwards) {
                    (copying ? rereadWhileCopied : rereadAfterwards).add(object);
                }
                ObjectDigest read = super.reread(object, points);
                return wrong.contains(object) ? new ObjectDigest(read.high(), read.low() ^ 1) : read;
            }
        });
    }

    private Committed move(CommitOptions options) {
        return mover.executeAndCommit(TARGET, ExecuteOptions.DEFAULT, options, CopyProgress.NONE, Progress.NONE);
    }

    @Test
    void eachObjectIsRereadOnceWhileTheOthersAreCopied() {
        prepareImport();
        watch(true, Set.of());
        Committed committed = move(CommitOptions.DEFAULT);
        assertThat(rereadWhileCopied).containsExactlyInAnyOrderElementsOf(ALL);
        assertThat(rereadAfterwards).isEmpty();
        assertThat(committed.receipt().statement().verification())
                .isEqualTo(new ReceiptStatement.Verification(true, true, List.of()));
        assertThat(store.migrations()).isEmpty();
    }

    @Test
    void theReceiptIsThatOfAMoveInSteps() {
        prepareImport();
        watch(true, Set.of());
        ReceiptStatement inOneGo = move(CommitOptions.DEFAULT).receipt().statement();
        store.remove(TARGET, Progress.NONE);
        prepareImport();
        execute();
        ReceiptStatement inSteps = commit().receipt().statement();
        assertThat(inOneGo.content()).isEqualTo(inSteps.content());
        assertThat(inOneGo.target().points()).isEqualTo(inSteps.target().points());
    }

    @Test
    void differencesThatWereSeenOnTheWayRefuseTheCommit() {
        prepareImport();
        watch(true, Set.of(1L, 4L));
        BlockException e = expect(Problem.CORRUPT, () -> move(CommitOptions.DEFAULT));
        assertThat(e)
                .hasMessageContaining("2 of 5 objects of the target differ from what was copied, at bytes"
                        + " 4194304-8388607, 16777216-20971519");
        assertThat(state()).isEqualTo(MigrationState.EXECUTED);
        assertThat(rereadAfterwards).isEmpty();
    }

    @Test
    void aSourceThatChangesAfterItWasCopiedIsStillFoundOut() {
        prepareImport();
        faults.replaceFills(fill -> new FilterFill(fill) {
            @Override
            public boolean provesAtOnce() {
                return true;
            }

            @Override
            public void checkpoint() {
                super.checkpoint();
                now.write(0, new byte[] {42});
            }
        });
        assertThat(expect(Problem.CORRUPT, () -> move(CommitOptions.DEFAULT)))
                .hasMessageContaining("1 of 5 objects of the source differ");
    }

    @Test
    void aCopyThatGoesOnIsRereadAsAWhole() {
        prepareImport();
        executeUntil(3);
        watch(true, Set.of());
        move(CommitOptions.DEFAULT);
        assertThat(rereadWhileCopied).isEmpty();
        assertThat(rereadAfterwards).containsExactlyInAnyOrderElementsOf(ALL);
    }

    @Test
    void aStoreThatMayAnswerFromMemoryIsRereadAfterwards() {
        prepareImport();
        watch(false, Set.of());
        move(CommitOptions.DEFAULT);
        assertThat(rereadWhileCopied).isEmpty();
        assertThat(rereadAfterwards).containsExactlyInAnyOrderElementsOf(ALL);
    }

    @Test
    void withoutVerificationNothingIsReread() {
        prepareImport();
        watch(true, Set.of());
        move(CommitOptions.DEFAULT.skippingVerification());
        assertThat(rereadWhileCopied).isEmpty();
        assertThat(rereadAfterwards).isEmpty();
    }
}
