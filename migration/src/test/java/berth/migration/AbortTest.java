package berth.migration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.MigrationState;
import berth.block.Problem;
import berth.block.Progress;
import org.junit.jupiter.api.Test;

class AbortTest extends MoverFixture {
    @Test
    void theSourceComesBackWithWhatWasWritten() {
        prepareLinked();
        write(TARGET, 100, "kept");
        executeUntil(2);
        mover.abort(TARGET, Progress.NONE);
        byte[] expected = now.read(0, (int) SIZE);
        System.arraycopy("kept".getBytes(UTF_8), 0, expected, 100, 4);
        assertThat(read(SOURCE, "")).isEqualTo(expected);
        assertThat(store.images("vms")).isEmpty();
        assertThat(store.trash("rbd")).isEmpty();
    }

    @Test
    void theTargetOfAnImportGoes() {
        prepareImport();
        execute();
        mover.abort(TARGET, Progress.NONE);
        assertThat(store.images("vms")).isEmpty();
        assertThat(store.migrations()).isEmpty();
    }

    @Test
    void aSourceThatIsGoneDoesNotPreventIt() {
        prepareImport();
        disk.gone = true;
        mover.abort(TARGET, Progress.NONE);
        assertThat(store.images("vms")).isEmpty();
    }

    @Test
    void anOpenTargetIsRefusedAndStaysAsItWas() {
        prepareLinked();
        try (Image _ = store.open(TARGET, Access.READ_WRITE)) {
            BlockException e = expect(Problem.IMAGE_IN_USE, () -> mover.abort(TARGET, Progress.NONE));
            assertThat(e).hasMessageContaining("image has watchers - cannot abort migration");
            assertThat(e.errno().number()).isEqualTo(16);
        }
        assertThat(state()).isEqualTo(MigrationState.PREPARED);
        execute();
    }

    @Test
    void aTargetThatIsOpenForReadingStaysAsItWas() {
        prepareLinked();
        try (Image _ = store.open(TARGET, Access.READ_ONLY)) {
            expect(Problem.IMAGE_IN_USE, () -> mover.abort(TARGET, Progress.NONE));
        }
        assertThat(state()).isEqualTo(MigrationState.PREPARED);
    }

    @Test
    void aTargetWithClonesStaysAsItWas() {
        prepareImport();
        store.clone(TARGET.at("s1"), new ImageSpec("vms", "kid"), Layout.DEFAULT);
        BlockException e = expect(Problem.SNAPSHOT_HAS_CHILDREN, () -> mover.abort(TARGET, Progress.NONE));
        assertThat(e.blockers()).containsExactly("vms/kid");
        assertThat(state()).isEqualTo(MigrationState.PREPARED);
    }
}
