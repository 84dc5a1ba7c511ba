package berth.migration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.block.ImageSpec;
import berth.block.MigrationState;
import berth.block.Problem;
import berth.block.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ExecutionTest extends MoverFixture {
    private final Set<Long> filled = ConcurrentHashMap.newKeySet();

    /** Counts the objects that are filled from now on. */
    private void watchFills() {
        faults.replaceFills(fill -> new FilterFill(fill) {
            @Override
            public Copied fill(long object) {
                filled.add(object);
                return super.fill(object);
            }
        });
    }

    @Test
    void whatWasInterruptedGoesOnWithTheRestOnly() {
        prepareImport();
        executeUntil(3);
        assertThat(state()).isEqualTo(MigrationState.EXECUTING);
        assertThat(newMover().status(TARGET).stateText()).isEqualTo("executing (60% complete)");
        watchFills();
        mover = newMover();
        CopyStatus done = execute();
        assertThat(filled).containsExactlyInAnyOrder(3L, 4L);
        assertThat(done.objectsDone()).isEqualTo(OBJECTS);
        assertThat(state()).isEqualTo(MigrationState.EXECUTED);
        assertThat(done.bytesRead())
                .as("bytes of both runs; the model reads each object whole, at both points in time")
                .isEqualTo(allBytesRead());
    }

    private static long allBytesRead() {
        // The blocks that hold data: 10 at the snapshot; the disk now has 10 others, 3 of them in the same place.
        return (10 + 17) * 4096L;
    }

    @Test
    void whatClientsWriteMeanwhileStays() {
        prepareImport();
        write(TARGET, 0, "before");
        mover.execute(TARGET, ExecuteOptions.DEFAULT.withWorkers(1), status -> {
            write(TARGET, OBJECT, "during");
            return true;
        });
        commit();
        byte[] head = read(TARGET, "");
        assertThat(head).startsWith("before".getBytes(UTF_8));
        assertThat(new String(head, OBJECT, 6, UTF_8)).isEqualTo("during");
        assertThat(read(TARGET, "s1")).isEqualTo(then.read(0, (int) SIZE));
    }

    @Test
    void aTargetCanBeRenamedWhileItIsFilled() {
        prepareLinked();
        ImageSpec renamed = new ImageSpec("vms", "renamed");
        mover.execute(TARGET, ExecuteOptions.DEFAULT.withWorkers(1), status -> {
            if (status.objectsDone() == 1) {
                store.rename(TARGET, "renamed");
            }
            return true;
        });
        assertThat(store.migration(renamed).state()).isEqualTo(MigrationState.EXECUTED);
        mover.commit(renamed, CommitOptions.DEFAULT, Progress.NONE);
        assertThat(store.migrations()).isEmpty();
    }

    @Test
    void aSecondExecuteBesideARunningOneIsRefusedAndTheFirstGoesOn() {
        prepareImport();
        List<BlockException> refusals = new ArrayList<>();
        mover.execute(TARGET, ExecuteOptions.DEFAULT.withWorkers(1), status -> {
            if (status.objectsDone() == 2) {
                refusals.add(expect(Problem.MIGRATING, this::execute));
                refusals.add(expect(Problem.MIGRATING, () -> mover.abort(TARGET, Progress.NONE)));
                expect(Problem.MIGRATION_STATE, this::commit);
                assertThat(mover.status(TARGET).running()).isTrue();
                assertThat(mover.status(TARGET).stateText()).isEqualTo("executing (40% complete)");
            }
            return true;
        });
        assertThat(refusals).hasSize(2).allSatisfy(refusal -> {
            assertThat(refusal).hasMessageContaining("is already being executed (40% complete)");
            assertThat(refusal.errno().number()).isEqualTo(16);
        });
        assertThat(state()).isEqualTo(MigrationState.EXECUTED);
    }

    @Test
    void aFailureInOneWorkerStopsAllAndTheNextExecuteGoesOn() {
        prepareImport();
        CyclicBarrier together = new CyclicBarrier(2);
        faults.replaceFills(fill -> new FilterFill(fill) {
            @Override
            public Copied fill(long object) {
                if (object > 1) {
                    return super.fill(object);
                }
                await(together);
                if (object == 1) {
                    throw new BlockException(Problem.IO, "disk broken");
                }
                return super.fill(object);
            }
        });
        BlockException e = expect(Problem.IO, this::execute);
        assertThat(e).hasMessage("disk broken");
        assertThat(state()).isEqualTo(MigrationState.EXECUTING);
        faults.replaceFills(fill -> fill);
        execute();
        commit();
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aFailureAtACheckpointDoesNotHideTheFirstOne() {
        prepareImport();
        faults.replaceFills(fill -> new FilterFill(fill) {
            @Override
            public Copied fill(long object) {
                throw new BlockException(Problem.CORRUPT, "first");
            }

            @Override
            public void checkpoint() {
                throw new BlockException(Problem.NO_SPACE, "second");
            }
        });
        assertThatThrownBy(this::execute)
                .hasMessage("first")
                .satisfies(e ->
                        assertThat(e.getSuppressed()).anyMatch(suppressed -> "second".equals(suppressed.getMessage())));
    }

    @Test
    void progressNeverGoesBackAndEndsWithEverything() {
        prepareImport();
        List<CopyStatus> seen = new ArrayList<>();
        mover.execute(TARGET, ExecuteOptions.DEFAULT, status -> {
            time.pass(TimeUnit.SECONDS.toNanos(1));
            return seen.add(status);
        });
        assertThat(seen).hasSize(OBJECTS);
        for (int i = 0; i < OBJECTS; i++) {
            assertThat(seen.get(i).objectsDone()).isEqualTo(i + 1);
            assertThat(seen.get(i).bytesRead())
                    .isGreaterThanOrEqualTo(i == 0 ? 0 : seen.get(i - 1).bytesRead());
        }
        assertThat(seen.getLast().percent()).isEqualTo(100);
        assertThat(seen.getLast().remaining())
                .hasValueSatisfying(left -> assertThat(left).isZero());
    }

    @Test
    void theBandwidthIsKept() {
        prepareImport();
        long rate = 40_960;
        mover.execute(TARGET, ExecuteOptions.DEFAULT.withWorkers(1).withBandwidth(rate), CopyProgress.NONE);
        double seconds = time.nanos() / 1e9;
        // The last object is not waited for: nothing comes after it.
        assertThat(seconds).isBetween(allBytesRead() / (double) rate - 0.25 - 0.02, allBytesRead() / (double) rate);
    }

    @Test
    void checkpointsAreTakenWhileCopyingAndAtTheEnd() {
        prepareImport();
        AtomicLong checkpoints = new AtomicLong();
        List<Long> noted = new ArrayList<>();
        faults.replaceFills(fill -> new FilterFill(fill) {
            @Override
            public Copied fill(long object) {
                time.pass(Copier.CHECKPOINT_NANOS / 2);
                return super.fill(object);
            }

            @Override
            public void checkpoint() {
                checkpoints.incrementAndGet();
                super.checkpoint();
            }
        });
        mover.execute(
                TARGET,
                ExecuteOptions.DEFAULT.withWorkers(1),
                status -> noted.add(
                        newMover().status(TARGET).copied().orElseThrow().objectsDone()));
        assertThat(checkpoints).hasValue(3);
        assertThat(noted).containsExactly(0L, 0L, 2L, 2L, 4L);
    }

    @Test
    void aSourceThatChangedIsRefusedAndNamed() {
        prepareImport();
        disk.validators.put("/disks/vm.raw mtime", "2");
        BlockException e = expect(Problem.SOURCE_CHANGED, this::execute);
        assertThat(e).hasMessageContaining("/disks/vm.raw mtime: 1 -> 2");
        assertThat(e.blockers()).containsExactly("/disks/vm.raw mtime: 1 -> 2");
        assertThat(state()).isEqualTo(MigrationState.PREPARED);
        mover.execute(TARGET, ExecuteOptions.DEFAULT.acceptingChangedSource(), CopyProgress.NONE);
        Committed committed = commit();
        assertThat(committed.receipt().statement().verification().acceptedChanges())
                .containsExactly("/disks/vm.raw mtime: 1 -> 2");
        assertThat(committed.receipt().statement().source().validators()).containsEntry("/disks/vm.raw mtime", "2");
    }

    @Test
    void aSourceThatChangesWhileItIsCopiedLeavesTheStateExecuting() {
        prepareImport();
        BlockException e = expect(
                Problem.SOURCE_CHANGED,
                () -> mover.execute(TARGET, ExecuteOptions.DEFAULT, status -> {
                    disk.validators.put("/disks/vm.raw size", Long.toString(status.objectsDone()));
                    return true;
                }));
        assertThat(e).hasMessageContaining("everything was copied, but meanwhile the source changed");
        assertThat(state()).isEqualTo(MigrationState.EXECUTING);
        mover.abort(TARGET, Progress.NONE);
    }

    @Test
    void aSourceThatIsGoneIsRefused() {
        prepareImport();
        disk.gone = true;
        BlockException e = expect(Problem.SOURCE_CHANGED, this::execute);
        assertThat(e).hasMessageContaining("cannot be opened any more").hasMessageContaining("/disks/vm.raw");
    }

    @Test
    void clientsGoFirst() {
        prepareImport();
        AtomicLong requests = new AtomicLong();
        Set<Thread> workers = ConcurrentHashMap.newKeySet();
        faults.replaceFills(fill -> new FilterFill(fill) {
            @Override
            public Copied fill(long object) {
                workers.add(Thread.currentThread());
                time.pass(TimeUnit.MILLISECONDS.toNanos(10));
                Copied copied = super.fill(object);
                return new Copied(OBJECT, OBJECT, copied.digest());
            }

            @Override
            public long foregroundRequests() {
                return requests.getAndIncrement();
            }
        });
        mover.execute(TARGET, ExecuteOptions.DEFAULT.withWorkers(1), CopyProgress.NONE);
        assertThat(workers).hasSize(1);
        assertThat(time.nanos())
                .as("10 ms of work, then 30 ms of rest, for all objects but the last")
                .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(10 * OBJECTS + 30 * (OBJECTS - 1)));
    }
}
