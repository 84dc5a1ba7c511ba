package berth.block.contract;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Access;
import berth.block.Fill;
import berth.block.Image;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.MigrationRecord;
import berth.block.MigrationState;
import berth.block.Problem;
import berth.block.Progress;
import berth.block.Snapshot;
import berth.block.TrashEntry;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Migrations of an image inside the store, up to the commit. */
abstract class LinkedMigrationContract extends LinkedBase {
    @Test
    void theTargetTakesTheSourcesPlace() {
        String id = makeSource();

        ImageInfo made = store.prepareLinked(SOURCE, TARGET, Layout.ofOrder(24), false, Map.of());

        assertThat(made.id()).isNotEqualTo(id);
        assertThat(made.size()).isEqualTo(SIZE);
        assertThat(made.layout()).isEqualTo(Layout.ofOrder(24));
        assertThat(store.images(POOL)).extracting(ImageInfo::spec).containsExactly(TARGET);
        assertThat(open(TARGET).snapshots()).extracting(Snapshot::name).containsExactly("first", "second");
        assertThat(open(TARGET).snapshots()).extracting(Snapshot::isProtected).containsExactly(true, false);
        assertHoldsHistory(TARGET);
        reopen();
        assertHoldsHistory(TARGET);
    }

    @Test
    void theSourceIsInTheTrashAndReadOnly() {
        String id = makeSource();
        prepareLinked(SOURCE, TARGET, false);

        assertRefused(Problem.IMAGE_NOT_FOUND, () -> store.info(SOURCE));
        assertRefused(Problem.IMAGE_NOT_FOUND, () -> open(SOURCE));
        assertThat(store.trash(POOL)).hasSize(1);
        TrashEntry entry = store.trash(POOL).getFirst();
        assertThat(entry.id()).isEqualTo(id);
        assertThat(entry.name()).isEqualTo("source");
        assertThat(entry.origin()).isEqualTo(TrashEntry.Origin.MIGRATION);
        assertThat(entry.parent()).isEmpty();
        write(open(TARGET), 0, bytes(1, MIB));
        Image source = openInTrash(id, Optional.empty());
        assertThat(source.readOnly()).isTrue();
        assertBytes(readAll(source), all(history().getLast()));
        assertBytes(
                readAll(openInTrash(id, Optional.of("first"))), all(history().getFirst()));
        assertRefused(Problem.READ_ONLY, () -> write(source, 0, new byte[1]));
    }

    @Test
    void theRecordNamesBoth() {
        String sourceId = makeSource();
        String targetId = store.prepareLinked(SOURCE, TARGET, Layout.DEFAULT, true, Map.of("k", "v"))
                .id();

        MigrationRecord expected = new MigrationRecord(
                TARGET,
                targetId,
                Optional.of(SOURCE),
                Optional.of(sourceId),
                "",
                true,
                MigrationState.PREPARED,
                true,
                Map.of("k", "v"));
        assertThat(store.migration(TARGET)).isEqualTo(expected);
        assertThat(store.migration(SOURCE)).as("by the source's name").isEqualTo(expected);
        assertThat(expected.importOnly()).isFalse();
        reopen();
        assertThat(store.migrations()).containsExactly(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"target", "source"})
    void everyStepWorksByEitherName(String name) {
        makeSource();
        prepareLinked(SOURCE, TARGET, false);

        execute(image(name));
        assertThat(store.migration(image(name)).state()).isEqualTo(MigrationState.EXECUTED);
        commit(image(name));

        assertThat(store.migrations()).isEmpty();
        assertThat(store.trash(POOL)).isEmpty();
        reopen();
        assertHoldsHistory(TARGET);
    }

    @Test
    void theTargetMayHaveTheSourcesName() {
        String id = makeSource();
        prepareLinked(SOURCE, SOURCE, false);
        write(open(SOURCE), 7, bytes(1, 100));

        assertThat(store.info(SOURCE).id()).isNotEqualTo(id);
        assertThat(store.migration(SOURCE).source()).contains(SOURCE);
        execute(SOURCE);
        commit(SOURCE);

        assertThat(store.trash(POOL)).isEmpty();
        assertBytes(readAll(open(SOURCE)), all(history().getLast().write(7, bytes(1, 100))));
        assertRefused(Problem.NOT_MIGRATING, () -> store.migration(SOURCE));
    }

    @Test
    void theTargetMayBeInAnotherPool() {
        store.createPool("volumes");
        makeSource();
        ImageSpec target = new ImageSpec("volumes", "source");
        prepareLinked(SOURCE, target, false);

        assertThat(store.trash("volumes")).isEmpty();
        assertThat(store.trash(POOL)).hasSize(1);
        assertRefused(Problem.POOL_NOT_EMPTY, () -> store.removePool(POOL));
        execute(target);
        commit(SOURCE);

        assertHoldsHistory(target);
        closeImages();
        store.removePool(POOL);
        assertHoldsHistory(target);
    }

    @Test
    void aSourceOpenForWritingIsNotMigrated() {
        makeSource();
        Image image = open(SOURCE);

        assertRefused(Problem.IMAGE_IN_USE, () -> prepareLinked(SOURCE, TARGET, false));

        write(image, 0, bytes(1, 10));
        assertThat(store.trash(POOL)).isEmpty();
        assertRefused(Problem.IMAGE_NOT_FOUND, () -> store.info(TARGET));
        assertThat(store.migrations()).isEmpty();
    }

    @Test
    void aSourceOpenForReadingIsMigratedAndReadOn() {
        makeSource();
        Image reader = remember(store.open(SOURCE, Access.READ_ONLY));

        prepareLinked(SOURCE, TARGET, false);
        write(open(TARGET), 0, bytes(1, MIB));

        assertBytes(readAll(reader), all(history().getLast()));
    }

    @Test
    void whatStandsInTheWayIsRefusedAndTheSourceStays() {
        String id = makeSource();
        store.create(TARGET, 1, Layout.DEFAULT);
        ImageSpec nowhere = new ImageSpec("nosuch", "target");

        assertRefused(Problem.IMAGE_EXISTS, () -> prepareLinked(SOURCE, TARGET, false));
        assertRefused(Problem.POOL_NOT_FOUND, () -> prepareLinked(SOURCE, nowhere, false));
        assertRefused(Problem.IMAGE_NOT_FOUND, () -> prepareLinked(DISK, image("other"), false));

        assertThat(store.info(SOURCE).id()).isEqualTo(id);
        assertThat(store.trash(POOL)).isEmpty();
        assertHoldsHistory(SOURCE);
    }

    @Test
    void aTargetIsNeitherRemovedNorMigratedAgain() {
        store.prepareLinked(store.create(SOURCE, MIB, Layout.DEFAULT).spec(), TARGET, Layout.DEFAULT, false, Map.of());

        assertRefused(Problem.MIGRATING, () -> store.remove(TARGET, Progress.NONE));
        assertRefused(Problem.MIGRATING, () -> prepareLinked(TARGET, image("other"), false));

        assertThat(store.trash(POOL)).hasSize(1);
        execute(TARGET);
        assertRefused(Problem.MIGRATING, () -> store.remove(TARGET, Progress.NONE));
        commit(TARGET);
        prepareLinked(TARGET, image("other"), false);
    }

    @Test
    void commitNeedsEverythingCopied() {
        makeSource();
        prepareLinked(SOURCE, TARGET, false);
        store.update(TARGET, MigrationState.EXECUTING, Map.of());
        try (Fill fill = store.openFill(TARGET)) {
            fill.fill(0);
        }

        assertRefused(Problem.MIGRATION_STATE, () -> commit(TARGET));
        assertRefused(Problem.MIGRATION_STATE, () -> commit(SOURCE));

        assertThat(store.trash(POOL)).hasSize(1);
        assertHoldsHistory(TARGET);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void digestsAgreeOnAllSides(boolean flatten) {
        makeCloneAsSource();
        prepareLinked(SOURCE, TARGET, flatten);
        write(open(TARGET), 0, bytes(9, 100_000));
        store.update(TARGET, MigrationState.EXECUTING, Map.of());

        try (Fill fill = store.openFill(TARGET)) {
            assertThat(fill.objects()).isPositive();
            for (long object = 0; object < fill.objects(); object++) {
                Fill.Copied copied = fill.fill(object);
                assertThat(fill.recorded(object)).isEqualTo(copied.digest().orElseThrow());
                assertThat(fill.reread(object)).isEqualTo(copied.digest().orElseThrow());
                assertThat(fill.sourceDigest(object)).isEqualTo(copied.digest().orElseThrow());
            }
        }
    }

    @Test
    void theTargetKeepsTheSourcesParent() {
        SparseBytes expected = makeCloneAsSource();
        var parent = store.info(SOURCE).parent();
        byte[] early = readAll(open(SOURCE, "early"));
        closeImages();
        prepareLinked(SOURCE, TARGET, false);

        assertThat(store.info(TARGET).parent()).isEqualTo(parent).isPresent();
        assertThat(store.children(DISK, Optional.of("s"))).contains(TARGET);
        assertBytes(readAll(open(TARGET)), all(expected));
        assertRefused(Problem.SNAPSHOT_HAS_CHILDREN, () -> open(DISK).unprotectSnapshot("s"));
        execute(TARGET);
        commit(TARGET);

        assertThat(store.info(TARGET).parent()).isEqualTo(parent);
        assertThat(store.children(DISK, Optional.empty())).containsExactly(TARGET);
        assertBytes(readAll(open(TARGET)), all(expected));
        assertBytes(readAll(open(TARGET, "early")), early);
        open(TARGET).flatten(Progress.NONE);
        assertBytes(readAll(open(TARGET)), all(expected));
        assertBytes(readAll(open(TARGET, "early")), early);
    }

    @Test
    void theTargetGivesUpTheSourcesParentWhenAskedTo() {
        SparseBytes expected = makeCloneAsSource();
        byte[] early = readAll(open(SOURCE, "early"));
        closeImages();
        prepareLinked(SOURCE, TARGET, true);

        assertThat(store.info(TARGET).parent()).isEmpty();
        assertBytes(readAll(open(TARGET)), all(expected));
        assertRefused(Problem.SNAPSHOT_HAS_CHILDREN, () -> open(DISK).unprotectSnapshot("s"));
        execute(TARGET);
        commit(TARGET);

        assertThat(store.children(DISK, Optional.empty())).isEmpty();
        open(DISK).unprotectSnapshot("s");
        open(DISK).removeSnapshot("s", Progress.NONE);
        closeImages();
        store.remove(DISK, Progress.NONE);
        reopen();
        assertBytes(readAll(open(TARGET)), all(expected));
        assertBytes(readAll(open(TARGET, "early")), early);
    }

    /** The block in which the clone once ended shows less of the parent than all of it. */
    @Test
    void whatACloneCutOffFromItsParentDoesNotComeBackWithTheCopy() {
        Image parent = create(DISK, 8192);
        write(parent, 0, bytes(1, 8192));
        parent.createSnapshot("s");
        parent.protectSnapshot("s");
        store.clone(DISK.at("s"), SOURCE, Layout.DEFAULT);
        Image clone = open(SOURCE);
        clone.resize(4096 + 1000, true, Progress.NONE);
        clone.resize(8192, false, Progress.NONE);
        byte[] expected = readAll(clone);
        closeImages();

        prepareLinked(SOURCE, TARGET, false);
        execute(TARGET);

        assertBytes(readAll(open(TARGET)), expected);
    }

    @Test
    void clonesOfTheSourceBecomeClonesOfTheTarget() {
        makeSource();
        store.clone(SOURCE.at("first"), image("child"), Layout.DEFAULT);
        Image child = open(image("child"));
        write(child, 100, bytes(1, 10_000));
        byte[] expected = readAll(child);

        prepareLinked(SOURCE, TARGET, false);

        assertThat(store.children(TARGET, Optional.of("first"))).containsExactly(image("child"));
        assertThat(child.info().parent().orElseThrow().snapshot()).isEqualTo(TARGET.at("first"));
        assertBytes(readAll(child), expected);
        assertRefused(Problem.SNAPSHOT_HAS_CHILDREN, () -> open(TARGET).unprotectSnapshot("first"));
        execute(TARGET);
        commit(TARGET);
        assertBytes(readAll(child), expected);
        reopen();
        assertBytes(readAll(open(image("child"))), expected);
        assertThat(store.children(TARGET, Optional.empty())).containsExactly(image("child"));
        open(image("child")).flatten(Progress.NONE);
        assertBytes(readAll(open(image("child"))), expected);
    }

    @Test
    void clientsWorkOnTheTargetThroughAllSteps() {
        makeSource();
        prepareLinked(SOURCE, TARGET, false);
        SparseBytes expected = history().getLast();
        Image image = open(TARGET);
        write(image, 100, bytes(1, 50_000));
        image.createSnapshot("mine");
        byte[] mine = all(expected.write(100, bytes(1, 50_000)));
        image.writeZeroes(3000, 60_000, true);
        expected.zero(3000, 60_000, false);
        store.update(TARGET, MigrationState.EXECUTING, Map.of());
        try (Fill fill = store.openFill(TARGET)) {
            for (long object = 0; object < fill.objects(); object++) {
                write(image, object * fill.objectBytes() + 9, bytes(object, 5000));
                expected.write(object * fill.objectBytes() + 9, bytes(object, 5000));
                fill.fill(object);
                if (object == 0) {
                    store.rename(TARGET, "renamed");
                    image.resize(16 * MIB, false, Progress.NONE);
                    expected.resize(16 * MIB);
                }
            }
        }
        ImageSpec renamed = image("renamed");
        store.update(renamed, MigrationState.EXECUTED, Map.of());

        commit(renamed);

        write(image, 8000, bytes(5, 10));
        expected.write(8000, bytes(5, 10));
        assertThat(image.snapshots()).extracting(Snapshot::name).containsExactly("first", "second", "mine");
        reopen();
        assertBytes(readAll(open(renamed)), all(expected));
        assertBytes(readAll(open(renamed, "mine")), mine);
        assertBytes(readAll(open(renamed, "first")), all(history().getFirst()));
    }
}
