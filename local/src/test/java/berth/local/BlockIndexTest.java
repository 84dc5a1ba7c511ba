package berth.local;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Access;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.SourceOpener;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

final class BlockIndexTest {
    private static final ImageSpec DISK = new ImageSpec("rbd", "disk");
    private static final int BLOCK = 4096;
    private static final int BLOCKS = 16;

    /** Found by random operations over NBD, seed 16: a read got a run that ended before it began. */
    @Test
    void aRunHasItsFirstBlockThoughThatWasWrittenSinceItsCodeWasAskedFor() {
        try (LocalStore store =
                LocalStore.open(new CrashFiles(1), SourceOpener.NONE, InstantSource.fixed(Instant.EPOCH))) {
            store.createPool("rbd");
            store.create(DISK, BLOCKS * BLOCK, Layout.DEFAULT);
            LocalImage image = (LocalImage) store.open(DISK, Access.READ_WRITE);
            BlockIndex index = image.state().head().index();
            int code = index.code(3);

            image.write(3 * BLOCK, ByteBuffer.allocate(BLOCK));

            assertThat(index.runEnd(3, BLOCKS, code)).isEqualTo(BLOCKS);
        }
    }
}
