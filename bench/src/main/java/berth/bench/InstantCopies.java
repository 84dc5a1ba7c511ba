package berth.bench;

import berth.block.Access;
import berth.block.BlockStore;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.SourceOpener;
import berth.local.LocalStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What a snapshot and a clone of a very large image cost in the store itself, the time of a command's start left out. */
public final class InstantCopies implements Measurement {
    private static final String POOL = "rbd";
    private static final ImageSpec IMAGE = new ImageSpec(POOL, "large");
    private static final long SIZE = 2L << 40;
    private static final int WRITES = 50_000;
    private static final int BLOCK = 4 << 10;
    private static final double GOAL_MILLISECONDS = 5;

    @Override
    public String name() {
        return "copies";
    }

    @Override
    public String described() {
        return "Inside the store, without the start of a process: a snapshot and a clone of a 2 TiB image with 50,000"
                + " blocks of data spread over all of it; 4 KiB are written before each, so that there is something new to"
                + " freeze. Durable when it counts as done.";
    }

    @Override
    public boolean dependsOnPlace() {
        return true;
    }

    @Override
    public List<Row> run(Workbench bench) {
        Path directory = bench.directory().resolve("store");
        try (BlockStore store = LocalStore.open(Files.createDirectory(directory), SourceOpener.NONE)) {
            store.createPool(POOL);
            store.create(IMAGE, SIZE, Layout.DEFAULT);
            try (Image image = store.open(IMAGE, Access.READ_WRITE)) {
                writeEverywhere(image);
                return measure(bench, store, image);
            }
        } catch (IOException e) {
            throw new BenchException("cannot make a store: " + e.getMessage(), e);
        }
    }

    private static void writeEverywhere(Image image) {
        long stride = SIZE / WRITES / BLOCK * BLOCK;
        for (int i = 0; i < WRITES; i++) {
            write(image, i * stride);
        }
        image.flush();
    }

    private static List<Row> measure(Workbench bench, BlockStore store, Image image) {
        Series snapshot = Sides.alone(bench.rounds(), round -> {
            write(image, round);
            return milliseconds(() -> image.createSnapshot("snap" + round));
        });
        image.protectSnapshot("snap1");
        Series clone = Sides.alone(bench.rounds(), round -> {
            write(image, round);
            ImageSpec child = new ImageSpec(POOL, "clone" + round);
            return milliseconds(() -> store.clone(IMAGE.at("snap1"), child, Layout.DEFAULT));
        });
        return List.of(
                Row.alone("snapshot, 2 TiB", Unit.MILLISECONDS, snapshot, new Goal.Absolute(GOAL_MILLISECONDS)),
                Row.alone("clone, 2 TiB", Unit.MILLISECONDS, clone, new Goal.Absolute(GOAL_MILLISECONDS)));
    }

    private static void write(Image image, long offset) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(BLOCK);
        while (bytes.hasRemaining()) {
            bytes.put((byte) 7);
        }
        image.write(offset, bytes.flip());
    }

    private static double milliseconds(Runnable action) {
        long start = System.nanoTime();
        action.run();
        return (System.nanoTime() - start) / 1e6;
    }
}
