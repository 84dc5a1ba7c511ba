package berth.migration;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.Image;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.MigrationState;
import berth.block.Problem;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class PreparationTest extends MoverFixture {
    @Test
    void theTargetReadsAsTheSourceDidAtEveryPointInTime() {
        byte[] head = read(SOURCE, "");
        byte[] snapshot = read(SOURCE, "s1");
        prepareLinked();
        assertThat(read(TARGET, "")).isEqualTo(head);
        assertThat(read(TARGET, "s1")).isEqualTo(snapshot);
        assertThat(store.images("rbd")).isEmpty();
        assertThat(mover.status(TARGET).stateText()).isEqualTo("prepared");
    }

    @Test
    void theLayoutIsTheSourcesUnlessAnotherOneIsAskedFor() {
        ImageSpec small = new ImageSpec("rbd", "small");
        store.create(small, 1 << 20, Layout.ofOrder(20));
        ImageInfo kept = mover.prepare(new MoveRequest.Linked(small, small, Optional.empty(), false));
        assertThat(kept.layout()).isEqualTo(Layout.ofOrder(20));
        Layout large = Layout.ofOrder(23);
        ImageInfo changed = mover.prepare(new MoveRequest.Linked(SOURCE, SOURCE, Optional.of(large), false));
        assertThat(changed.layout()).isEqualTo(large);
    }

    @Test
    void aSourceThatIsOpenForWritingIsRefused() {
        try (Image _ = store.open(SOURCE, Access.READ_WRITE)) {
            BlockException e = expect(Problem.IMAGE_IN_USE, this::prepareLinked);
            assertThat(e).hasMessageContaining("image has watchers - not migrating");
            assertThat(e.errno().number()).isEqualTo(16);
            assertThat(e.blockers()).singleElement().asString().startsWith("watcher=");
        }
        try (Image _ = store.open(SOURCE, Access.READ_ONLY)) {
            prepareLinked();
        }
        assertThat(state()).isEqualTo(MigrationState.PREPARED);
    }

    @Test
    void aTakenNameIsRefusedAndTheSourceStays() {
        store.create(TARGET, 0, Layout.DEFAULT);
        expect(Problem.IMAGE_EXISTS, this::prepareLinked);
        expect(Problem.IMAGE_EXISTS, this::prepareImport);
        assertThat(store.info(SOURCE).spec()).isEqualTo(SOURCE);
        assertThat(store.migrations()).isEmpty();
    }

    @Test
    void anImageThatMigratesAlreadyIsRefused() {
        prepareLinked();
        ImageSpec again = new ImageSpec("rbd", "again");
        BlockException e = expect(
                Problem.MIGRATING, () -> mover.prepare(new MoveRequest.Linked(TARGET, again, Optional.empty(), false)));
        assertThat(e.errno().number()).isEqualTo(16);
    }

    @Test
    void whatThereIsNotIsRefused() {
        ImageSpec nosuch = new ImageSpec("rbd", "nosuch");
        expect(
                Problem.IMAGE_NOT_FOUND,
                () -> mover.prepare(new MoveRequest.Linked(nosuch, TARGET, Optional.empty(), false)));
        ImageSpec noPool = new ImageSpec("nosuchpool", "x");
        expect(
                Problem.POOL_NOT_FOUND,
                () -> mover.prepare(new MoveRequest.Linked(SOURCE, noPool, Optional.empty(), false)));
    }

    @Test
    void allProblemsAreNamedAtOnce() {
        store.create(TARGET, 0, Layout.DEFAULT);
        space = OptionalLong.of(1000);
        try (Image _ = store.open(SOURCE, Access.READ_WRITE)) {
            BlockException e = expect(Problem.IMAGE_IN_USE, this::prepareLinked);
            assertThat(e)
                    .hasMessageStartingWith("3 problems stand in the way: image has watchers")
                    .hasMessageContaining("image vms/migration_target exists already")
                    .hasMessageContaining("not enough space: up to 108 KiB are needed, 1000 B are available");
            assertThat(e.blockers()).hasSize(3);
        }
    }

    @Test
    void aDiskThatDoesNotFitIsRefusedBeforeTheTargetExists() {
        space = OptionalLong.of(10);
        expect(Problem.NO_SPACE, this::prepareImport);
        assertThat(store.images("vms")).isEmpty();
    }

    @Test
    void theDiskItselfIsAsLongAsItsNewestPoint() {
        Plan plan = mover.plan(new MoveRequest.Import(disk, TARGET, Layout.DEFAULT), OptionalLong.of(1 << 20));
        assertThat(plan.problems()).isEmpty();
        assertThat(plan.sizeBytes()).isEqualTo(SIZE);
        assertThat(plan.points()).extracting(Plan.Point::name).containsExactly("s1", "");
        assertThat(plan.points().getFirst().bytesToCopy()).isEqualTo(10L * 4096);
        assertThat(plan.points().getFirst().isProtected()).isTrue();
        assertThat(plan.estimate()).contains(new Plan.Estimate(1, 1 << 20, false));
        assertThat(store.images("vms")).as("a plan changes nothing").isEmpty();
    }

    @Test
    void aRateThatIsNotGivenIsMeasured() {
        MoveRequest request = new MoveRequest.Linked(SOURCE, TARGET, Optional.empty(), false);
        Plan plan = mover.plan(request, OptionalLong.empty());
        assertThat(plan.estimate()).hasValueSatisfying(estimate -> {
            assertThat(estimate.measured()).isTrue();
            assertThat(estimate.bytesPerSecond()).isPositive();
        });
        assertThat(store.watchers(SOURCE)).isEmpty();
    }

    @Test
    void thePlanSaysEverythingAsTextAndAsJson() {
        space = OptionalLong.of(1L << 40);
        Plan plan = mover.plan(new MoveRequest.Import(disk, TARGET, Layout.DEFAULT), OptionalLong.of(1 << 20));
        assertThat(plan.text()).isEqualTo("""
                        move:          import of {"type":"raw"}
                        target:        vms/migration_target (objects of 4 MiB)
                        size:          20 MiB (20971520 bytes)
                        point in time: s1 (20 MiB, protected), 40 KiB to copy
                        point in time: the disk as it is now (20 MiB), 40 KiB to copy
                        to copy:       80 KiB
                        space:         80 KiB needed at most, 1 TiB available
                        time:          about 1 s at 1 MiB/s
                        problems:      none
                        """);
        assertThat(plan.toJson())
                .contains("\"available_bytes\" : 1099511627776")
                .contains("\"target\" : \"vms/migration_target\"")
                .contains("\"bytes_to_copy\" : 40960", "\"bytes_to_copy\" : 81920", "\"size_bytes\" : 20971520")
                .contains("\"problems\" : [ ]");
    }

    @Test
    void aProblemIsInThePlanAndNothingIsThrown() {
        ImageSpec noPool = new ImageSpec("nosuchpool", "x");
        Plan plan = mover.plan(new MoveRequest.Import(disk, noPool, Layout.DEFAULT), OptionalLong.of(1));
        assertThat(plan.problems()).extracting(Plan.Obstacle::problem).containsExactly(Problem.POOL_NOT_FOUND);
        assertThat(plan.text()).endsWith("problems:\n  - there is no pool 'nosuchpool'\n");
    }

    @Test
    void aSourceCanBeGivenByItsSpec() {
        MoveRequest request = new MoveRequest.SpecImport("{\"type\":\"raw\"}", TARGET, Layout.DEFAULT);
        Plan plan = mover.plan(request, OptionalLong.of(1 << 20));
        assertThat(plan.text())
                .isEqualTo(mover.plan(new MoveRequest.Import(disk, TARGET, Layout.DEFAULT), OptionalLong.of(1 << 20))
                        .text());
        mover.prepare(request);
        assertThat(read(TARGET, "s1")).isEqualTo(then.read(0, (int) SIZE));
    }

    @Test
    void aSpecThatCannotBeOpenedIsOneProblemOfThePlanAmongOthers() {
        disk.gone = true;
        store.create(TARGET, 0, Layout.DEFAULT);
        MoveRequest request = new MoveRequest.SpecImport("{\"type\":\"raw\"}", TARGET, Layout.DEFAULT);
        assertThat(mover.plan(request, OptionalLong.empty()).problems())
                .extracting(Plan.Obstacle::problem)
                .containsExactly(Problem.SOURCE_NOT_FOUND, Problem.IMAGE_EXISTS);
        expect(Problem.SOURCE_NOT_FOUND, () -> mover.prepare(request));
    }

    @Test
    void thePlanOfACloneNamesItsParent() {
        ImageSpec kid = new ImageSpec("vms", "kid");
        store.clone(SOURCE.at("s1"), kid, Layout.DEFAULT);
        Plan kept = mover.plan(new MoveRequest.Linked(kid, TARGET, Optional.empty(), false), OptionalLong.of(1));
        assertThat(kept.files())
                .containsExactly("parent rbd/migration_source@s1 (20 MiB of it show through), stays the parent");
        assertThat(kept.bytesToCopy()).isZero();
        Plan flattened = mover.plan(new MoveRequest.Linked(kid, TARGET, Optional.empty(), true), OptionalLong.of(1));
        assertThat(flattened.files().getFirst()).endsWith("copied");
        assertThat(flattened.bytesToCopy()).isEqualTo(10L * 4096);
    }
}
