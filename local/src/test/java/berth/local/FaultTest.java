package berth.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.Problem;
import berth.block.Snapshot;
import berth.block.SourceOpener;
import berth.posix.Errno;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** System calls of the store that fail: what was acknowledged as durable stays, and nothing else is. */
class FaultTest {
    private static final ImageSpec DISK = new ImageSpec("rbd", "disk");
    private static final ImageSpec OTHER = new ImageSpec("rbd", "other");
    private static final int BYTES = 8192;

    private final CrashFiles disk = new CrashFiles(7);
    private FaultyFiles files;
    private LocalStore store;
    private Image image;

    @BeforeEach
    void makeImages() {
        open();
        store.createPool("rbd");
        store.create(DISK, 1 << 20, Layout.DEFAULT);
        store.create(OTHER, 1 << 20, Layout.DEFAULT);
        image = store.open(DISK, Access.READ_WRITE);
        write(image, 1);
        image.flush();
    }

    private void open() {
        files = new FaultyFiles(disk);
        store = LocalStore.open(files, SourceOpener.NONE, InstantSource.fixed(Instant.EPOCH));
    }

    /** The power goes, and comes back. */
    private void restart() {
        disk.restart();
        open();
        assertThat(store.integrity().check()).isEmpty();
        image = store.open(DISK, Access.READ_WRITE);
    }

    private static void write(Image to, int value) {
        byte[] bytes = new byte[BYTES];
        Arrays.fill(bytes, (byte) value);
        to.write(0, ByteBuffer.wrap(bytes));
    }

    private static byte read(Image from) {
        byte[] bytes = new byte[BYTES];
        from.read(0, ByteBuffer.wrap(bytes));
        assertThat(bytes).containsOnly(bytes[0]);
        return bytes[0];
    }

    private static BlockException failure(ThrowingCallable what) {
        BlockException e = catchThrowableOfType(BlockException.class, what);
        assertThat(e).as("a failure").isNotNull();
        return e;
    }

    private static boolean isData(String name) {
        return name.startsWith(LayerData.DIRECTORY + "/");
    }

    @Test
    void aFlushAfterOneThatFailedDoesNotClaimWhatWasLost() {
        image.createSnapshot("s");
        write(image, 2);
        files.fail(Errno.EIO, (call, name) -> call.equals("sync") && isData(name));
        assertThat(failure(image::flush).errno()).isEqualTo(Errno.EIO);
        files.stopFailing();
        write(image, 3);
        BlockException again = failure(image::flush);
        assertThat(again).hasMessageContaining("may be lost");
        assertThat(failure(() -> image.createSnapshot("later")).problem()).isEqualTo(Problem.IO);
        failure(store::close);
        restart();
        assertThat(read(image)).isEqualTo((byte) 1);
        assertThat(image.snapshots()).extracting(Snapshot::name).containsExactly("s");
        write(image, 4);
        image.flush();
        restart();
        assertThat(read(image)).isEqualTo((byte) 4);
    }

    @Test
    void oneImageThatCannotBeFlushedKeepsNoOtherFromIt() {
        image.createSnapshot("s");
        write(image, 2);
        Image other = store.open(OTHER, Access.READ_WRITE);
        write(other, 9);
        int before = files.failures();
        files.fail(Errno.EIO, (call, name) -> call.equals("sync") && isData(name) && files.failures() == before);
        failure(image::flush);
        failure(store::close);
        restart();
        try (Image reopened = store.open(OTHER, Access.READ_ONLY)) {
            assertThat(read(reopened)).isEqualTo((byte) 9);
        }
    }

    @Test
    void aJournalThatCouldNotBeSyncedTakesNoMore() {
        write(image, 2);
        files.fail(Errno.EIO, (call, name) -> call.equals("sync") && name.startsWith("journal"));
        failure(() -> image.createSnapshot("s"));
        files.stopFailing();
        assertThat(failure(() -> image.createSnapshot("t"))).hasMessageContaining("until it is opened again");
        assertThat(failure(() -> store.create(new ImageSpec("rbd", "x"), 1, Layout.DEFAULT)))
                .hasMessageContaining("until it is opened again");
        assertThat(read(image)).isEqualTo((byte) 2);
        restart();
        assertThat(image.snapshots()).extracting(Snapshot::name).isIn(List.of(), List.of("s"));
        image.createSnapshot("u");
    }

    @Test
    void aCheckpointWhoseJournalMayBeThereEndsTheOldOne() {
        files.fail(Errno.EIO, (call, name) -> call.equals("syncDirectory") && name.isEmpty());
        failure(store::checkpoint);
        files.stopFailing();
        assertThat(failure(() -> image.createSnapshot("s"))).hasMessageContaining("until it is opened again");
        restart();
        assertThat(image.snapshots()).isEmpty();
        assertThat(read(image)).isEqualTo((byte) 1);
    }

    @Test
    void aCheckpointThatHasNoRoomChangesNothing() {
        for (String call : List.of("create", "write", "rename")) {
            files.fail(Errno.ENOSPC, (failing, name) -> failing.equals(call) && name.startsWith("journal."));
            assertThat(failure(store::checkpoint).problem()).isEqualTo(Problem.NO_SPACE);
            files.stopFailing();
            image.createSnapshot("after-" + call);
        }
        restart();
        assertThat(image.snapshots()).hasSize(3);
    }

    @Test
    void mapsThatCouldNotBeWrittenAreWrittenByTheNextCheckpoint() {
        for (String call : List.of("write", "sync")) {
            image.createSnapshot("before-" + call);
            write(image, 5);
            image.flush();
            files.fail(Errno.EIO, (failing, name) -> failing.equals(call) && name.startsWith("maps/"));
            failure(store::checkpoint);
            files.stopFailing();
            store.checkpoint();
            restart();
            assertThat(read(image)).isEqualTo((byte) 5);
        }
    }

    @Test
    void aWriteThatFailsLeavesWhatWasThere() {
        image.createSnapshot("s");
        for (String call : List.of("create", "write")) {
            files.fail(Errno.EIO, (failing, name) -> failing.equals(call) && isData(name));
            failure(() -> write(image, 2));
            files.stopFailing();
            assertThat(read(image)).isEqualTo((byte) 1);
        }
        image.flush();
        restart();
        assertThat(read(image)).isEqualTo((byte) 1);
    }

    @Test
    void aReadThatFailsIsNoZeroes() {
        image.close();
        for (String call : List.of("exists", "open", "read")) {
            for (String directory : List.of("layers/", "maps/")) {
                store.checkpoint();
                store.close();
                open();
                image = store.open(DISK, Access.READ_ONLY);
                files.fail(Errno.EIO, (failing, name) -> failing.equals(call) && name.startsWith(directory));
                assertThat(failure(() -> read(image)).problem())
                        .as(call + " " + directory)
                        .isEqualTo(Problem.IO);
                files.stopFailing();
                assertThat(read(image)).isEqualTo((byte) 1);
                image.close();
            }
        }
    }
}
