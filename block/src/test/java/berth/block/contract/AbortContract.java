package berth.block.contract;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Fill;
import berth.block.Image;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.MigrationState;
import berth.block.Problem;
import berth.block.Progress;
import berth.block.Snapshot;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The way back from a migration inside the store. */
abstract class AbortContract extends LinkedBase {
    @ParameterizedTest
    @ValueSource(strings = {"target", "source"})
    void theSourceIsBackAsItWasWhenNothingWasWritten(String name) {
        String id = makeSource();
        prepareLinked(SOURCE, TARGET, false);

        abort(image(name));

        assertThat(store.info(SOURCE).id()).isEqualTo(id);
        assertThat(store.images(POOL)).extracting(ImageInfo::spec).containsExactly(SOURCE);
        assertThat(store.trash(POOL)).isEmpty();
        assertThat(store.migrations()).isEmpty();
        assertThat(open(SOURCE).snapshots()).extracting(Snapshot::isProtected).containsExactly(true, false);
        assertHoldsHistory(SOURCE);
        write(open(SOURCE), 0, bytes(1, 10));
        reopen();
        assertBytes(read(open(SOURCE), 0, 10), bytes(1, 10));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 100})
    void theSourceComesBackWithWhatWasWrittenHoweverMuchWasCopied(int copied) {
        makeSource();
        prepareLinked(SOURCE, TARGET, false);
        SparseBytes expected = history().getLast();
        Image image = open(TARGET);
        write(image, 1000, bytes(1, 100_000));
        expected.write(1000, bytes(1, 100_000));
        store.update(TARGET, MigrationState.EXECUTING, Map.of());
        try (Fill fill = store.openFill(TARGET)) {
            for (long object = 0; object < Math.min(copied, fill.objects()); object++) {
                fill.fill(object);
            }
        }
        image.createSnapshot("mine");
        byte[] mine = all(expected);
        image.resize(6 * MIB + 1, true, Progress.NONE);
        expected.resize(6 * MIB + 1);
        image.discard(50_000, 200_000);
        expected.zero(50_000, 200_000, false);
        closeImages();

        abort(TARGET);

        assertBytes(readAll(open(SOURCE)), all(expected));
        assertBytes(readAll(open(SOURCE, "mine")), mine);
        reopen();
        assertThat(open(SOURCE).snapshots()).extracting(Snapshot::name).containsExactly("first", "second", "mine");
        assertThat(open(SOURCE).snapshots()).extracting(Snapshot::id).isSorted().doesNotHaveDuplicates();
        assertBytes(readAll(open(SOURCE)), all(expected));
        assertBytes(readAll(open(SOURCE, "mine")), mine);
        assertBytes(readAll(open(SOURCE, "second")), all(history().get(1)));
    }

    @Test
    void theSourceComesBackRolledBackWhenTheTargetWas() {
        makeSource();
        prepareLinked(SOURCE, TARGET, false);
        Image image = open(TARGET);
        image.rollback("first", Progress.NONE);
        write(image, 5, bytes(1, 5));
        closeImages();

        abort(TARGET);

        assertBytes(readAll(open(SOURCE)), all(history().getFirst().write(5, bytes(1, 5))));
        assertBytes(readAll(open(SOURCE, "second")), all(history().get(1)));
    }

    @Test
    void anOpenTargetIsNotAborted() {
        makeSource();
        prepareLinked(SOURCE, TARGET, false);
        Image image = open(TARGET);

        assertRefused(Problem.IMAGE_IN_USE, () -> abort(TARGET));
        assertRefused(Problem.IMAGE_IN_USE, () -> abort(SOURCE));

        write(image, 0, bytes(1, 10));
        closeImages();
        abort(TARGET);
        assertBytes(read(open(SOURCE), 0, 10), bytes(1, 10));
    }

    @Test
    void aTargetOfTheSameNameMakesWay() {
        String id = makeSource();
        prepareLinked(SOURCE, SOURCE, false);
        write(open(SOURCE), 0, bytes(1, 10));
        closeImages();

        abort(SOURCE);

        assertThat(store.info(SOURCE).id()).isEqualTo(id);
        assertBytes(read(open(SOURCE), 0, 10), bytes(1, 10));
        assertThat(store.images(POOL)).hasSize(1);
    }

    @Test
    void theSourceDoesNotPushAsideAnImageMadeUnderItsName() {
        makeSource();
        prepareLinked(SOURCE, TARGET, false);
        store.create(SOURCE, 5, Layout.DEFAULT);

        assertRefused(Problem.IMAGE_EXISTS, () -> abort(TARGET));

        assertThat(store.info(SOURCE).size()).isEqualTo(5);
        assertHoldsHistory(TARGET);
        closeImages();
        store.rename(SOURCE, "other");
        abort(TARGET);
        assertHoldsHistory(SOURCE);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theSourceIsStillACloneOfItsParent(boolean flatten) {
        SparseBytes expected = makeCloneAsSource();
        byte[] early = readAll(open(SOURCE, "early"));
        var parent = store.info(SOURCE).parent();
        closeImages();
        prepareLinked(SOURCE, TARGET, flatten);
        write(open(TARGET), MIB / 4, bytes(5, 5));
        expected.write(MIB / 4, bytes(5, 5));
        closeImages();

        abort(TARGET);

        assertThat(store.info(SOURCE).parent()).isEqualTo(parent).isPresent();
        assertThat(store.children(DISK, Optional.of("s"))).containsExactly(SOURCE);
        assertBytes(readAll(open(SOURCE)), all(expected));
        assertBytes(readAll(open(SOURCE, "early")), early);
        assertRefused(Problem.SNAPSHOT_HAS_CHILDREN, () -> open(DISK).unprotectSnapshot("s"));
        open(SOURCE).flatten(Progress.NONE);
        assertBytes(readAll(open(SOURCE)), all(expected));
        assertBytes(readAll(open(SOURCE, "early")), early);
    }

    @Test
    void clonesGoBackToTheSource() {
        makeSource();
        ImageSpec before = image("before");
        ImageSpec during = image("during");
        ImageSpec ofNew = image("of-new");
        store.clone(SOURCE.at("first"), before, Layout.DEFAULT);
        prepareLinked(SOURCE, TARGET, false);
        Image image = open(TARGET);
        image.protectSnapshot("second");
        store.clone(TARGET.at("second"), during, Layout.DEFAULT);
        write(image, 0, bytes(1, 100));
        image.createSnapshot("new");
        image.protectSnapshot("new");
        store.clone(TARGET.at("new"), ofNew, Layout.DEFAULT);
        write(open(during), 3, bytes(2, 9));
        closeImages();

        abort(TARGET);

        assertThat(store.children(SOURCE, Optional.empty())).containsExactly(before, during, ofNew);
        assertThat(store.children(SOURCE, Optional.of("new"))).containsExactly(ofNew);
        assertBytes(readAll(open(before)), all(history().getFirst()));
        assertBytes(readAll(open(during)), all(history().get(1).write(3, bytes(2, 9))));
        assertBytes(readAll(open(ofNew)), all(history().getLast().write(0, bytes(1, 100))));
        assertThat(open(SOURCE).snapshots()).extracting(Snapshot::isProtected).containsExactly(true, true, true);
        reopen();
        assertThat(store.info(during).parent().orElseThrow().snapshot()).isEqualTo(SOURCE.at("second"));
        assertBytes(readAll(open(ofNew)), all(history().getLast().write(0, bytes(1, 100))));
    }

    @Test
    void aCloneThatIsOpenGoesOnThroughTheAbort() {
        makeSource();
        prepareLinked(SOURCE, TARGET, false);
        store.clone(TARGET.at("first"), image("child"), Layout.DEFAULT);
        Image child = open(image("child"));
        write(child, 100, bytes(1, 10_000));

        abort(TARGET);

        assertBytes(readAll(child), all(history().getFirst().write(100, bytes(1, 10_000))));
        write(child, MIB, bytes(2, 10_000));
        assertThat(child.info().parent().orElseThrow().snapshot()).isEqualTo(SOURCE.at("first"));
        reopen();
        assertBytes(read(open(image("child")), MIB, 10_000), bytes(2, 10_000));
    }

    @Test
    void anAbortedMigrationCanBePreparedAgainAndCommitted() {
        makeSource();
        SparseBytes expected = history().getLast();
        for (int i = 0; i < 3; i++) {
            prepareLinked(SOURCE, TARGET, false);
            write(open(TARGET), i * 5_000L, bytes(i, 7000));
            expected.write(i * 5_000L, bytes(i, 7000));
            closeImages();
            abort(SOURCE);
        }
        prepareLinked(SOURCE, TARGET, false);
        execute(TARGET);

        commit(TARGET);

        assertBytes(readAll(open(TARGET)), all(expected));
        assertThat(store.images(POOL)).hasSize(1);
        assertThat(store.trash(POOL)).isEmpty();
    }

    @Test
    void anAbortedStateCanBeRecordedFirst() {
        makeSource();
        prepareLinked(SOURCE, TARGET, false);
        store.update(TARGET, MigrationState.ABORTING, Map.of("why", "asked"));
        reopen();

        assertThat(store.migration(TARGET).state()).isEqualTo(MigrationState.ABORTING);
        abort(TARGET);

        assertHoldsHistory(SOURCE);
    }

    @Test
    void anImportIsNotAbortedWhileTheSourceOfAMigrationShowsIt() {
        SparseBytes disk = new SparseBytes(MIB).write(0, bytes(1, 10_000));
        prepareImport(DISK, sources.add().snapshot("s", true, disk).now(disk));
        store.clone(DISK.at("s"), SOURCE, Layout.DEFAULT);
        prepareLinked(SOURCE, TARGET, true);

        assertRefused(Problem.SNAPSHOT_HAS_CHILDREN, () -> abort(DISK));

        assertBytes(readAll(open(TARGET)), all(disk));
    }

    @Test
    void aMigrationWhoseSourceIsACloneOfAnAbortedTargetGoesOn() {
        makeSource();
        prepareLinked(SOURCE, TARGET, false);
        ImageSpec clone = image("clone");
        ImageSpec moved = image("moved");
        store.clone(TARGET.at("first"), clone, Layout.DEFAULT);
        prepareLinked(clone, moved, true);
        Image open = open(moved);
        assertBytes(read(open, 0, 1000), history().getFirst().read(0, 1000));

        abort(TARGET);

        assertBytes(readAll(open), all(history().getFirst()));
        execute(moved);
        commit(moved);
        assertBytes(readAll(open), all(history().getFirst()));
    }

    @Test
    void aFlattenOfACloneOfAnAbortedTargetGoesOn() {
        makeSource();
        prepareLinked(SOURCE, TARGET, false);
        ImageSpec clone = image("clone");
        store.clone(TARGET.at("first"), clone, Layout.DEFAULT);
        Image open = open(clone);
        assertRefused(Problem.CANCELLED, () -> open.flatten((done, total) -> false));

        abort(TARGET);

        assertBytes(readAll(open), all(history().getFirst()));
        open.flatten(Progress.NONE);
        assertBytes(readAll(open), all(history().getFirst()));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatTheSourceCutOffDoesNotComeBackWithAGrownTarget(boolean execute) {
        Image source = create(SOURCE, 8192);
        write(source, 4096 + 1000, bytes(1, 3096));
        source.resize(4096 + 1000, true, Progress.NONE);
        closeImages();
        prepareLinked(SOURCE, TARGET, false);
        if (execute) {
            execute(TARGET);
        }
        open(TARGET).resize(8192, false, Progress.NONE);
        closeImages();

        abort(TARGET);

        assertBytes(readAll(open(SOURCE)), new byte[8192]);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatTheSourceCutOffDoesNotComeBackWithAGrownClone(boolean execute) {
        Image source = create(SOURCE, 8192);
        write(source, 4096 + 1000, bytes(1, 3096));
        source.resize(4096 + 1000, true, Progress.NONE);
        source.createSnapshot("cut");
        source.protectSnapshot("cut");
        closeImages();
        prepareLinked(SOURCE, TARGET, false);
        if (execute) {
            execute(TARGET);
        }
        ImageSpec child = image("child");
        store.clone(TARGET.at("cut"), child, Layout.DEFAULT);
        open(child).resize(8192, false, Progress.NONE);
        closeImages();

        abort(TARGET);

        assertBytes(readAll(open(child)), new byte[8192]);
    }
}
