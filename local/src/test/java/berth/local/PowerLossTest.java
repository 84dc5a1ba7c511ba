package berth.local;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Access;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.SourceOpener;
import berth.block.contract.SparseBytes;
import berth.block.contract.TestSources;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Losses of power at moments that once did harm. */
final class PowerLossTest {
    private static final ImageSpec DISK = new ImageSpec("rbd", "disk");
    private static final ImageSpec CLONE = new ImageSpec("rbd", "clone");

    private final CrashFiles files = new CrashFiles(1);
    private final TestSources sources = new TestSources();
    private LocalStore store = open();

    private LocalStore open() {
        return LocalStore.open(files, (SourceOpener) sources, InstantSource.fixed(Instant.EPOCH));
    }

    private static byte[] read(Image image, int length) {
        byte[] bytes = new byte[length];
        image.read(0, ByteBuffer.wrap(bytes));
        return bytes;
    }

    @Test
    void whatWasWrittenIsDurableWhenTheImageIsClosedThoughACloneNeedsIt() {
        SparseBytes source = new SparseBytes(1 << 20);
        store.createPool("rbd");
        store.prepareImport(
                DISK, Layout.DEFAULT, sources.add().snapshot("s", true, source).now(source), Map.of());
        store.clone(DISK.at("s"), CLONE, Layout.DEFAULT);
        store.open(CLONE, Access.READ_WRITE);
        Image disk = store.open(DISK, Access.READ_WRITE);
        disk.write(0, ByteBuffer.wrap(new byte[] {1, 2, 3}));

        disk.close();
        files.restart();
        store = open();

        assertThat(read(store.open(DISK, Access.READ_ONLY), 3)).containsExactly(1, 2, 3);
    }
}
