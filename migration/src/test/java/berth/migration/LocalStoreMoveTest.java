package berth.migration;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.MigrationState;
import berth.block.MigrationStore;
import berth.block.Problem;
import berth.block.Progress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The mover over the local store. */
class LocalStoreMoveTest extends MoverFixture {
    @Override
    MigrationStore openStore() {
        return LocalStores.open(directory, disk);
    }

    @Test
    void whatWasDurableBeforeAKillIsNotCopiedAgain() {
        prepareImport();
        executeUntil(2);
        faults.replaceFills(fill -> new FilterFill(fill) {
            @Override
            public void checkpoint() {
                throw new BlockException(Problem.IO, "killed before the checkpoint");
            }

            @Override
            public void close() {
                // Who is killed does not close anything.
            }
        });
        expect(
                Problem.CANCELLED,
                () -> mover.execute(TARGET, ExecuteOptions.DEFAULT.withWorkers(1), status -> status.objectsDone() < 4));
        use(openStore());
        Set<Long> filled = ConcurrentHashMap.newKeySet();
        faults.replaceFills(fill -> new FilterFill(fill) {
            @Override
            public Copied fill(long object) {
                filled.add(object);
                return super.fill(object);
            }
        });
        assertThat(state()).isEqualTo(MigrationState.EXECUTING);
        execute();
        assertThat(filled).containsExactlyInAnyOrder(2L, 3L, 4L);
        commit();
        assertThat(read(TARGET, "")).isEqualTo(now.read(0, (int) SIZE));
        assertThat(read(TARGET, "s1")).isEqualTo(then.read(0, (int) SIZE));
    }

    @Test
    void aByteThatFlipsOnTheDiskIsFoundBeforeTheCommit() throws IOException {
        prepareImport();
        execute();
        byte[] block = now.read(2L * OBJECT + 4 * 4096, 4096);
        assertThat(flipWhereFound(block)).as("copies of the block on the disk").isPositive();
        BlockException e = expect(Problem.CORRUPT, this::commit);
        assertThat(e)
                .hasMessageContaining("1 of 5 objects of the target differ")
                .hasMessageContaining("8388608-12582911");
        mover.abort(TARGET, Progress.NONE);
    }

    private int flipWhereFound(byte[] block) throws IOException {
        int found = 0;
        List<Path> files;
        try (Stream<Path> walk = Files.walk(directory.resolve("store"))) {
            files = walk.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                for (long at = 0; at < channel.size(); at += 4096) {
                    var bytes = ByteBuffer.allocate(4096);
                    channel.read(bytes, at);
                    if (Arrays.equals(bytes.array(), block)) {
                        channel.write(ByteBuffer.wrap(new byte[] {(byte) ~block[7]}), at + 7);
                        found++;
                    }
                }
            }
        }
        return found;
    }

    @Test
    void clonesOfTheSourceGoOnWithTheTarget() {
        ImageSpec kid = new ImageSpec("vms", "kid");
        store.clone(SOURCE.at("s1"), kid, Layout.DEFAULT);
        prepareLinked();
        execute();
        mover.commit(TARGET, CommitOptions.DEFAULT.forced(), Progress.NONE);
        assertThat(read(kid, "")).isEqualTo(then.read(0, (int) SIZE));
        assertThat(store.children(TARGET, Optional.of("s1"))).containsExactly(kid);
        try (Image open = store.open(kid, Access.READ_WRITE)) {
            open.flatten(Progress.NONE);
        }
    }

    @Test
    void aSourceThatWentAwayAfterItWasCopiedNeedsAWord() {
        prepareImport();
        execute();
        use(reopened());
        disk.gone = true;
        BlockException e = expect(Problem.SOURCE_CHANGED, this::commit);
        assertThat(e).hasMessageContaining("the source cannot be opened any more: /disks/vm.raw");
        CommitOptions unverified =
                CommitOptions.DEFAULT.acceptingChangedSource().skippingVerification();
        mover.commit(TARGET, unverified, Progress.NONE);
        assertThat(read(TARGET, "")).isEqualTo(now.read(0, (int) SIZE));
    }

    private MigrationStore reopened() {
        store.close();
        return openStore();
    }
}
