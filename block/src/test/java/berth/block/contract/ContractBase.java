package berth.block.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import berth.block.Access;
import berth.block.BlockDevice;
import berth.block.BlockException;
import berth.block.BlockReader;
import berth.block.Extent;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.MigrationStore;
import berth.block.Problem;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What all contracts share: a store with the pool {@code vms}, opened for each test, and short words for I/O. */
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // A deadlock must fail.
abstract class ContractBase {
    static final int KIB = 1 << 10;
    static final int MIB = 1 << 20;
    static final long GIB = 1L << 30;
    static final long TIB = 1L << 40;
    static final int BLOCK = SparseBytes.BLOCK;
    static final String POOL = "vms";
    static final ImageSpec DISK = new ImageSpec(POOL, "disk");

    final TestSources sources = new TestSources();
    final List<Image> opened = new ArrayList<>();
    MigrationStore store;
    private StoreFixture opener;

    @TempDir
    Path directory;

    /** How the store is opened; called once for each test. */
    protected abstract StoreFixture fixture();

    @BeforeEach
    final void openStore() {
        opener = fixture();
        store = opener.open(directory, sources);
        store.createPool(POOL);
    }

    @AfterEach
    final void closeStore() {
        closeImages();
        store.close();
    }

    /** Closes the store and opens it again. */
    final void reopen() {
        closeStore();
        store = opener.open(directory, sources);
    }

    /** In what the store differs from others. */
    final StoreTraits traits() {
        return opener.traits();
    }

    /** What asserts what the store says about what is stored. */
    final Granules granules() {
        return new Granules(traits());
    }

    /** Asserts that what the store knows of a range to be no data is told so. */
    final void assertNoData(BlockReader image, long offset, long length) {
        granules().assertNoData(extents(image, offset, length), offset, length);
    }

    /** Opens an image for reading and writing; it is closed with the store. */
    final Image open(ImageSpec spec) {
        return remember(store.open(spec, Access.READ_WRITE));
    }

    /** Opens a snapshot; it is closed with the store. */
    final Image open(ImageSpec spec, String snapshot) {
        return remember(store.open(spec.at(snapshot)));
    }

    /** Has the handle closed with the store. */
    final Image remember(Image image) {
        opened.add(image);
        return image;
    }

    /** Closes every handle that is remembered. */
    final void closeImages() {
        opened.forEach(Image::close);
        opened.clear();
    }

    /** Makes {@link #DISK} and opens it. */
    final Image create(long size) {
        return create(DISK, size);
    }

    /** Makes an image and opens it. */
    final Image create(ImageSpec spec, long size) {
        store.create(spec, size, Layout.DEFAULT);
        return open(spec);
    }

    /** An image of the pool. */
    static ImageSpec image(String name) {
        return new ImageSpec(POOL, name);
    }

    /** Bytes that no other seed gives, none of them zero. */
    static byte[] bytes(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        for (int i = 0; i < length; i++) {
            bytes[i] = bytes[i] == 0 ? 1 : bytes[i];
        }
        return bytes;
    }

    static byte[] read(BlockReader from, long offset, int length) {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        from.read(offset, buffer);
        assertThat(buffer.remaining()).as("bytes left unread").isZero();
        return buffer.array();
    }

    static byte[] readAll(BlockReader from) {
        return read(from, 0, Math.toIntExact(from.size()));
    }

    static void write(BlockDevice to, long offset, byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        to.write(offset, buffer);
        assertThat(buffer.remaining()).as("bytes left unwritten").isZero();
    }

    static List<Extent> extents(BlockReader of, long offset, long length) {
        List<Extent> extents = new ArrayList<>();
        of.extents(offset, length, (at, n, kind) -> extents.add(new Extent(at, n, kind)));
        return extents;
    }

    static List<Extent> extents(BlockReader of) {
        return extents(of, 0, of.size());
    }

    static void assertZero(BlockReader from, long offset, int length) {
        assertBytes(read(from, offset, length), new byte[length]);
    }

    /** Asserts that all bytes are the same; says where the first one differs instead of printing megabytes. */
    static void assertBytes(byte[] actual, byte[] expected) {
        int at = Arrays.mismatch(actual, expected);
        if (at >= 0) {
            int end = Math.min(at + 16, Math.min(actual.length, expected.length));
            throw new AssertionError("bytes differ from offset %d on: %s instead of %s; %d bytes instead of %d"
                    .formatted(
                            at,
                            HexFormat.of().formatHex(actual, at, end),
                            HexFormat.of().formatHex(expected, at, end),
                            actual.length,
                            expected.length));
        }
    }

    /** Asserts that the call fails with the problem and says why. */
    static BlockException assertRefused(Problem problem, ThrowingCallable call) {
        BlockException refusal = catchThrowableOfType(BlockException.class, call);
        assertThat(refusal).as("refusal with " + problem).isNotNull();
        assertThat(refusal.problem()).as(refusal.getMessage()).isEqualTo(problem);
        assertThat(refusal.getMessage()).isNotBlank();
        return refusal;
    }
}
