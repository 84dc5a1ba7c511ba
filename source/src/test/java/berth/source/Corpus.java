package berth.source;

import berth.source.CorpusImage.SnapshotCopy;
import berth.source.spec.DiskFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** What the corpus consists of: for each image its name and how it is made. */
final class Corpus {
    /**
     * One image.
     *
     * @param name what is special about it
     * @param make makes it
     */
    record Recipe(String name, Function<CorpusWorkshop, CorpusImage> make) {}

    private static final int MIN_CLUSTER_BITS = 9;
    private static final int MAX_CLUSTER_BITS = 21;

    private final List<Recipe> recipes = new ArrayList<>();

    private Corpus() {}

    static List<Recipe> recipes() {
        Corpus corpus = new Corpus();
        corpus.version1();
        corpus.clusterSizes();
        corpus.compressed();
        corpus.subclusters();
        corpus.preallocated();
        corpus.snapshots();
        corpus.dataFiles();
        corpus.chains();
        corpus.oddities();
        return corpus.recipes;
    }

    private void add(String name, Function<CorpusWorkshop, CorpusImage> make) {
        recipes.add(new Recipe(name, make));
    }

    private void version1() {
        for (int i = 0; i < 6; i++) {
            add("v1 plain " + i, workshop -> {
                long size = workshop.randomSize(8192);
                workshop.create("qcow", "", "a.qcow", size);
                workshop.scribble("qcow", "a.qcow", size, 20);
                return workshop.image("qcow", "a.qcow");
            });
            add("v1 compressed " + i, workshop -> {
                long size = workshop.randomSize(4096);
                workshop.create("qcow", "", "a.qcow", size);
                workshop.compressedWrites("qcow", "a.qcow", size, 4096);
                workshop.scribble("qcow", "a.qcow", size, 5);
                return workshop.image("qcow", "a.qcow");
            });
            add("v1 over raw " + i, workshop -> {
                rawBase(workshop, "a.raw", workshop.randomSize(4096));
                long size = workshop.randomSize(4096);
                workshop.create("qcow", "backing_file=a.raw,backing_fmt=raw", "b.qcow", size);
                workshop.scribble("qcow", "b.qcow", size, 10);
                return workshop.image("qcow", List.of("b.qcow", "a.raw"), List.of(DiskFormat.RAW));
            });
        }
    }

    private static void rawBase(CorpusWorkshop workshop, String file, long size) {
        workshop.create("raw", "", file, size);
        workshop.scribble("raw", file, size, 12);
    }

    private void clusterSizes() {
        for (int bits = MIN_CLUSTER_BITS; bits <= MAX_CLUSTER_BITS; bits++) {
            int clusterBytes = 1 << bits;
            for (String version : List.of("v2", "v3")) {
                add(version + " clusters of " + clusterBytes, workshop -> {
                    long size = workshop.randomSize(8192);
                    workshop.create("qcow2", "compat=" + version + ",cluster_size=" + clusterBytes, "a.qcow2", size);
                    workshop.scribble("qcow2", "a.qcow2", size, 40);
                    return workshop.image("qcow2", "a.qcow2");
                });
            }
        }
    }

    private void compressed() {
        for (int bits = MIN_CLUSTER_BITS; bits <= MAX_CLUSTER_BITS; bits++) {
            int clusterBytes = 1 << bits;
            for (String kind : List.of("compat=v2", "compression_type=zlib", "compression_type=zstd")) {
                String options = kind + ",cluster_size=" + clusterBytes;
                add("converted with " + options, workshop -> {
                    rawBase(workshop, "a.raw", workshop.randomSize(4096));
                    workshop.convertCompressed("a.raw", options, "b.qcow2");
                    return workshop.image("qcow2", "b.qcow2");
                });
            }
            String options = "compression_type=" + (bits % 2 == 0 ? "zlib" : "zstd") + ",cluster_size=" + clusterBytes;
            add("compressed writes between others with " + options, workshop -> {
                long size = (4L << 20) + workshop.randomSize(1024);
                workshop.create("qcow2", options, "a.qcow2", size);
                workshop.compressedWrites("qcow2", "a.qcow2", size, clusterBytes);
                workshop.scribble("qcow2", "a.qcow2", size, 6);
                return workshop.image("qcow2", "a.qcow2");
            });
        }
    }

    private void subclusters() {
        for (int bits = 14; bits <= MAX_CLUSTER_BITS; bits++) {
            String options = "extended_l2=on,cluster_size=" + (1 << bits);
            add(options, workshop -> {
                long size = workshop.randomSize(8192);
                workshop.create("qcow2", options, "a.qcow2", size);
                workshop.scribble("qcow2", "a.qcow2", size, 40);
                return workshop.image("qcow2", "a.qcow2");
            });
            add(options + " over raw", workshop -> {
                rawBase(workshop, "a.raw", workshop.randomSize(8192));
                long size = workshop.randomSize(8192);
                workshop.create("qcow2", options + ",backing_file=a.raw,backing_fmt=raw", "b.qcow2", size);
                workshop.scribble("qcow2", "b.qcow2", size, 40);
                return workshop.image("qcow2", List.of("b.qcow2", "a.raw"), List.of());
            });
            add(options + " compressed", workshop -> {
                rawBase(workshop, "a.raw", workshop.randomSize(4096));
                workshop.convertCompressed("a.raw", options, "b.qcow2");
                workshop.scribble("qcow2", "b.qcow2", 512, 1);
                return workshop.image("qcow2", "b.qcow2");
            });
        }
    }

    private void preallocated() {
        for (String mode : List.of("metadata", "falloc", "full")) {
            for (String more :
                    List.of("", ",cluster_size=4096", ",cluster_size=2097152", ",extended_l2=on", ",compat=v2")) {
                add("preallocation=" + mode + more, workshop -> {
                    long size = workshop.randomSize(4096);
                    workshop.create("qcow2", "preallocation=" + mode + more, "a.qcow2", size);
                    workshop.scribble("qcow2", "a.qcow2", size, 15);
                    return workshop.image("qcow2", "a.qcow2");
                });
            }
        }
    }

    private void snapshots() {
        for (String options :
                List.of("compat=v3", "compat=v3,cluster_size=512", "compat=v3,cluster_size=4096", "extended_l2=on")) {
            for (int i = 0; i < 4; i++) {
                add(
                        "snapshots and resizes " + i + " with " + options,
                        workshop -> withSnapshots(workshop, options, true));
            }
        }
        add("snapshots of version 2", workshop -> withSnapshots(workshop, "compat=v2", false));
        add(
                "snapshots of version 2, small clusters",
                workshop -> withSnapshots(workshop, "compat=v2,cluster_size=1024", false));
    }

    private static CorpusImage withSnapshots(CorpusWorkshop workshop, String options, boolean resizes) {
        rawBase(workshop, "base.raw", workshop.randomSize(4096));
        long size = workshop.randomSize(4096);
        workshop.create("qcow2", options + ",backing_file=base.raw,backing_fmt=raw", "a.qcow2", size);
        List<SnapshotCopy> copies = new ArrayList<>();
        int count = 1 + workshop.random().nextInt(4);
        for (int i = 0; i < count; i++) {
            workshop.scribble("qcow2", "a.qcow2", size, 8);
            copies.add(workshop.snapshot("a.qcow2", "snap" + i));
            // Shrinking a disk that has snapshots is what QEMU refuses.
            if (resizes && workshop.random().nextBoolean()) {
                size += workshop.randomSize(2048);
                workshop.resize("a.qcow2", size);
            }
        }
        workshop.scribble("qcow2", "a.qcow2", size, 8);
        return workshop.image("qcow2", List.of("a.qcow2", "base.raw"), List.of(), copies);
    }

    private void dataFiles() {
        for (String raw : List.of("on", "off")) {
            for (String more : List.of(
                    "", ",cluster_size=4096", ",cluster_size=1048576", ",extended_l2=on", ",preallocation=metadata")) {
                add("external data file, data_file_raw=" + raw + more, workshop -> {
                    long size = workshop.randomSize(4096);
                    workshop.create("qcow2", "data_file=a.data,data_file_raw=" + raw + more, "a.qcow2", size);
                    workshop.scribble("qcow2", "a.qcow2", size, 20);
                    return workshop.imageWithDataFile("a.qcow2", "a.data");
                });
            }
        }
    }

    private void chains() {
        for (int depth = 1; depth <= 5; depth++) {
            for (int i = 0; i < 8; i++) {
                int files = depth + 1;
                add("chain of " + files + " files " + i, workshop -> chain(workshop, files));
            }
        }
    }

    private static CorpusImage chain(CorpusWorkshop workshop, int files) {
        List<String> names = new ArrayList<>();
        List<DiskFormat> formats = new ArrayList<>();
        String below = "";
        String format = "";
        for (int i = 0; i < files; i++) {
            String backing = below.isEmpty() ? "" : "backing_file=" + below + ",backing_fmt=" + format;
            format = formatOf(workshop, i);
            long size = workshop.randomSize(6144);
            String name = "file" + i;
            workshop.create(format, options(workshop, format, backing), name, size);
            workshop.scribble(format, name, size, 8);
            names.addFirst(name);
            formats.addFirst(DiskFormat.named(format).orElseThrow());
            below = name;
        }
        // Images of version 1 do not name the format of what is below them.
        return workshop.image(format, names, formats.subList(1, formats.size()));
    }

    private static String formatOf(CorpusWorkshop workshop, int fileFromBelow) {
        int choice = workshop.random().nextInt(fileFromBelow == 0 ? 4 : 3);
        return choice == 3 ? "raw" : choice == 2 ? "qcow" : "qcow2";
    }

    private static String options(CorpusWorkshop workshop, String format, String backing) {
        if (!format.equals("qcow2")) {
            return backing;
        }
        int bits = MIN_CLUSTER_BITS + workshop.random().nextInt(MAX_CLUSTER_BITS - MIN_CLUSTER_BITS + 1);
        return "cluster_size=" + (1 << bits) + (backing.isEmpty() ? "" : "," + backing);
    }

    private void oddities() {
        for (int bits = 1; bits <= 64; bits *= 2) {
            String options = "refcount_bits=" + bits;
            add(options, workshop -> scribbled(workshop, options, workshop.randomSize(4096)));
        }
        add("lazy_refcounts=on", workshop -> scribbled(workshop, "lazy_refcounts=on", workshop.randomSize(4096)));
        for (long size : List.of(0L, 512L, 65024L, 65536L, 66048L)) {
            add("size " + size, workshop -> scribbled(workshop, "compat=v3", size));
            add("size " + size + " with subclusters", workshop -> scribbled(workshop, "extended_l2=on", size));
        }
        add("bitmaps", workshop -> {
            workshop.create("qcow2", "", "a.qcow2", 1 << 20);
            workshop.img("bitmap", "--add", "a.qcow2", "dirty");
            workshop.scribble("qcow2", "a.qcow2", 1 << 20, 10);
            return workshop.image("qcow2", "a.qcow2");
        });
    }

    private static CorpusImage scribbled(CorpusWorkshop workshop, String options, long size) {
        workshop.create("qcow2", options, "a.qcow2", size);
        workshop.scribble("qcow2", "a.qcow2", size, 15);
        return workshop.image("qcow2", "a.qcow2");
    }
}
