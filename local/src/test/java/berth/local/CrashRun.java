package berth.local;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Access;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.Progress;
import berth.block.Snapshot;
import berth.block.SourceOpener;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** One sequence of operations with power losses in between, compared with a model after each restart. */
final class CrashRun {
    /** Crashes in a run. */
    static final int CRASHES = 12;

    private static final ImageSpec DISK = new ImageSpec("rbd", "disk");
    private static final long SIZE = 130L << 20;

    private final Random random;
    private final CrashFiles files;
    private final ArrayDeque<String> log = new ArrayDeque<>();
    private final Map<String, CrashModel> snapshots = new TreeMap<>();
    private CrashModel head = new CrashModel();
    private LocalStore store;
    private Image image;
    private int crashes;
    private int nextName;

    /** What is being done when power is lost, and may have happened or not. */
    private String creating = "";

    private String removing = "";
    private CrashModel rolledBackTo;

    CrashRun(long seed) {
        random = new Random(seed);
        files = new CrashFiles(seed);
        store = LocalStore.open(files, SourceOpener.NONE, InstantSource.fixed(Instant.EPOCH));
        store.createPool("rbd");
        store.create(DISK, SIZE, Layout.DEFAULT);
        image = store.open(DISK, Access.READ_WRITE);
    }

    String log() {
        return String.join("\n", log);
    }

    int crashes() {
        return crashes;
    }

    private void note(String what) {
        if (log.size() == 60) {
            log.removeFirst();
        }
        log.addLast(what);
    }

    void run() {
        while (crashes < CRASHES) {
            files.crashAfter(random.nextInt(120));
            try {
                while (true) {
                    step();
                }
            } catch (CrashFiles.PowerLoss e) {
                crashes++;
                note("power lost");
            }
            recover();
            compare();
        }
    }

    private void recover() {
        while (true) {
            files.restart();
            // Every third recovery is interrupted, too.
            files.crashAfter(random.nextInt(3) == 0 ? random.nextInt(12) : Long.MAX_VALUE);
            try {
                store = LocalStore.open(files, SourceOpener.NONE, InstantSource.fixed(Instant.EPOCH));
                files.crashAfter(Long.MAX_VALUE);
                image = store.open(DISK, Access.READ_WRITE);
                return;
            } catch (CrashFiles.PowerLoss e) {
                note("power lost again");
            }
        }
    }

    private void compare() {
        assertThat(store.integrity().check()).isEmpty();
        List<String> names = image.snapshots().stream().map(Snapshot::name).toList();
        settle(names);
        assertThat(names).containsExactlyInAnyOrderElementsOf(snapshots.keySet());
        for (String name : names) {
            try (Image snapshot = store.open(DISK.at(name))) {
                CrashModel expected = snapshots.get(name);
                expected.compare("snapshot " + name, snapshot);
            }
        }
        compareHead();
        if (image.size() < SIZE) {
            head.cut(image.size());
            image.resize(SIZE, false, Progress.NONE);
            head.flushed();
        }
    }

    /** Decides by what is there whether the operation that was interrupted has happened. */
    private void settle(List<String> names) {
        if (!creating.isEmpty() && names.contains(creating)) {
            snapshots.put(creating, head.latest());
            head.flushed();
        }
        if (!removing.isEmpty() && !names.contains(removing)) {
            snapshots.remove(removing);
        }
        creating = "";
        removing = "";
    }

    private void compareHead() {
        if (rolledBackTo != null) {
            CrashModel target = rolledBackTo;
            rolledBackTo = null;
            try {
                target.compare("rolled back", image);
                head = target;
                return;
            } catch (AssertionError e) {
                note("the rollback has not happened");
            }
        }
        head.compare("image", image);
    }

    private void step() {
        switch (random.nextInt(20)) {
            case 0, 1, 2, 3, 4, 5, 6, 7, 8 -> write();
            case 9, 10 -> discard();
            case 11, 12, 13 -> {
                note("flush");
                image.flush();
                head.flushed();
            }
            case 14 -> createSnapshot();
            case 15 -> removeSnapshot();
            case 16 -> rollback();
            case 17 -> shrinkAndGrow();
            case 18 -> {
                note("checkpoint");
                store.checkpoint();
            }
            default -> reopen();
        }
    }

    private void write() {
        int window = random.nextInt(CrashModel.WINDOWS.length);
        byte[] bytes = new byte[1 + random.nextInt(random.nextBoolean() ? 5000 : 40000)];
        random.nextBytes(bytes);
        int offset = CrashModel.offset(random, bytes.length);
        note("write " + bytes.length + " at " + (CrashModel.WINDOWS[window] + offset));
        head.write(window, offset, bytes);
        image.write(CrashModel.WINDOWS[window] + offset, ByteBuffer.wrap(bytes));
    }

    private void discard() {
        int window = random.nextInt(CrashModel.WINDOWS.length);
        int length = 1 + random.nextInt(CrashModel.WINDOW);
        int offset = CrashModel.offset(random, length);
        note("discard " + length + " at " + (CrashModel.WINDOWS[window] + offset));
        head.write(window, offset, new byte[length]);
        image.discard(CrashModel.WINDOWS[window] + offset, length);
    }

    private void createSnapshot() {
        creating = "s" + nextName++;
        note("snap create " + creating);
        image.createSnapshot(creating);
        snapshots.put(creating, head.latest());
        head.flushed();
        creating = "";
    }

    private void removeSnapshot() {
        if (!snapshots.isEmpty()) {
            List<String> names = List.copyOf(snapshots.keySet());
            removing = names.get(random.nextInt(names.size()));
            note("snap rm " + removing);
            image.removeSnapshot(removing, Progress.NONE);
            snapshots.remove(removing);
            removing = "";
        }
    }

    private void rollback() {
        if (!snapshots.isEmpty()) {
            List<String> names = List.copyOf(snapshots.keySet());
            String name = names.get(random.nextInt(names.size()));
            note("rollback " + name);
            rolledBackTo = snapshots.get(name).latest();
            image.rollback(name, Progress.NONE);
            head = rolledBackTo;
            rolledBackTo = null;
        }
    }

    /** Cuts bytes off and brings zeroes in their place; done in two steps, of which only the first may have happened. */
    private void shrinkAndGrow() {
        long size = SIZE - random.nextInt(100 << 20);
        note("resize to " + size + " and back");
        head.cut(size);
        image.resize(size, true, Progress.NONE);
        image.resize(SIZE, false, Progress.NONE);
        head.flushed();
    }

    private void reopen() {
        note("close and open");
        image.close();
        store.close();
        head.flushed();
        store = LocalStore.open(files, SourceOpener.NONE, InstantSource.fixed(Instant.EPOCH));
        image = store.open(DISK, Access.READ_WRITE);
    }
}
