package berth.local;

import berth.block.Access;
import berth.block.Image;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.Progress;
import berth.block.Snapshot;
import berth.block.SnapshotSpec;
import berth.local.catalog.CatalogRecord.ImageRecord;
import berth.local.catalog.CatalogRecord.SnapshotRecord;
import berth.local.io.PosixStoreFiles;
import berth.local.page.PageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A small closed store with snapshots and a clone, and what it holds. */
final class SampleStore {
    private static final long SIZE = 64 << 10;
    private static final int BLOCK = 4096;

    private final Path directory;
    private final Map<String, ByteBuffer> content = new TreeMap<>();
    private final Map<String, Long> layers = new TreeMap<>();

    private SampleStore(Path directory) {
        this.directory = directory;
    }

    static SampleStore make(Path directory) throws IOException {
        Files.createDirectories(directory);
        SampleStore sample = new SampleStore(directory);
        try (LocalStore store = open(directory)) {
            store.createPool("rbd");
            store.create(spec("a"), SIZE, Layout.DEFAULT);
            for (int block = 0; block < 6; block++) {
                write(store, "a", block, block + 1);
            }
            takeSnapshot(store, "a", "one");
            write(store, "a", 1, 21);
            write(store, "a", 7, 22);
            takeSnapshot(store, "a", "two");
            write(store, "a", 2, 31);
            store.clone(snapshot("a", "one"), spec("c"), Layout.DEFAULT);
            write(store, "c", 0, 41);
            store.integrity().scrub(0, Progress.NONE);
            store.checkpoint();
            write(store, "c", 5, 42);
            takeSnapshot(store, "c", "three");
            store.integrity().scrub(0, Progress.NONE);
            sample.content.putAll(sample.contentOf(store));
        }
        sample.layers.putAll(layersOfSnapshots(directory));
        return sample;
    }

    static LocalStore open(Path directory) {
        return LocalStore.open(
                new PosixStoreFiles(directory),
                _ -> {
                    throw new IllegalStateException("nothing is imported");
                },
                InstantSource.fixed(Instant.EPOCH));
    }

    private static void takeSnapshot(LocalStore store, String image, String name) {
        try (Image open = store.open(spec(image), Access.READ_WRITE)) {
            open.createSnapshot(name);
            open.protectSnapshot(name);
        }
    }

    static void removeSnapshot(LocalStore store, String image, String name) {
        try (Image open = store.open(spec(image), Access.READ_WRITE)) {
            open.unprotectSnapshot(name);
            open.removeSnapshot(name, Progress.NONE);
        }
    }

    private static Map<String, Long> layersOfSnapshots(Path directory) {
        Map<String, Long> layers = new TreeMap<>();
        OpenedJournal opened = OpenedJournal.open(new PosixStoreFiles(directory), CacheBounds.DEFAULT.cleanPages());
        for (ImageRecord image : opened.catalog().images()) {
            for (SnapshotRecord snapshot : opened.catalog().snapshots(image.id())) {
                layers.put(image.spec().image() + "@" + snapshot.name(), snapshot.layer());
            }
        }
        opened.journal().close();
        return layers;
    }

    /** What all images and snapshots hold, and which there are. */
    Map<String, ByteBuffer> contentOf(LocalStore store) {
        Map<String, ByteBuffer> all = new TreeMap<>();
        for (ImageInfo info : store.images("rbd")) {
            String name = info.spec().image();
            try (Image image = store.open(info.spec(), Access.READ_ONLY)) {
                all.put(name, read(image));
                for (Snapshot snapshot : image.snapshots()) {
                    try (Image at = store.open(new SnapshotSpec(info.spec(), snapshot.name()))) {
                        all.put(name + "@" + snapshot.name(), read(at));
                    }
                }
            }
        }
        return all;
    }

    private static ByteBuffer read(Image image) {
        ByteBuffer bytes = ByteBuffer.allocate((int) image.size());
        image.read(0, bytes);
        return bytes.flip();
    }

    Map<String, ByteBuffer> content() {
        return content;
    }

    /** The files of the store. */
    List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    String relative(Path file) {
        return directory.relativize(file).toString();
    }

    /** A fresh copy of the store in a directory that may hold an older one. */
    Path copyTo(Path to) throws IOException {
        if (Files.exists(to)) {
            try (Stream<Path> old = Files.walk(to)) {
                for (Path path : old.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted().toList()) {
                Files.copy(path, to.resolve(relative(path)));
            }
        }
        return to;
    }

    Path dataOf(String image, String snapshot) {
        return directory.resolve("layers").resolve(LayerData.prefix(layer(image, snapshot)) + "0");
    }

    Path mapOf(String image, String snapshot) {
        return directory.resolve(PageFile.name(layer(image, snapshot)));
    }

    private long layer(String image, String snapshot) {
        return Objects.requireNonNull(layers.get(image + "@" + snapshot));
    }

    /** Whether the file has data that clients can still write. */
    boolean isUncovered(Path file) {
        return relative(file).startsWith("layers/")
                && layers.values().stream()
                        .noneMatch(layer -> file.getFileName().toString().startsWith(LayerData.prefix(layer)));
    }

    private static ImageSpec spec(String image) {
        return new ImageSpec("rbd", image);
    }

    private static SnapshotSpec snapshot(String image, String name) {
        return new SnapshotSpec(spec(image), name);
    }

    static void write(LocalStore store, String image, int block, int value) {
        try (Image open = store.open(spec(image), Access.READ_WRITE)) {
            byte[] bytes = new byte[BLOCK];
            Arrays.fill(bytes, (byte) value);
            open.write((long) block * BLOCK, ByteBuffer.wrap(bytes));
            open.flush();
        }
    }
}
