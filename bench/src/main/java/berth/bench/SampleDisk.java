package berth.bench;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** A Nova disk to import: a qcow2 overlay on a qcow2 base image, 4 GiB. */
final class SampleDisk {
    private static final long SIZE = 4L << 30;
    private static final long DATA = 3L << 29;
    private static final int RUNS = 1_800;
    private static final long FILE_DATA = 1180L << 20;
    private static final int ALIGNMENT = 4 << 10;
    private static final long OVERLAY_DATA = 48L << 20;
    private static final long SEED = 42;

    private final Path overlay;

    private SampleDisk(Path overlay) {
        this.overlay = overlay;
    }

    /** Writes what is in the base image. */
    @FunctionalInterface
    private interface Content {
        void write(Path raw) throws IOException;
    }

    /** Makes the two files, with 1.5 GiB of data in some 1,800 runs. */
    static SampleDisk scattered(Workbench bench) {
        return make(bench, SampleDisk::writeRuns, 64 << 10);
    }

    /** Makes the two files, with an ext4 file system in which there are 1.2 GiB of files, and a few larger changes. */
    static SampleDisk guest(Workbench bench) {
        return make(bench, raw -> writeFileSystem(bench, raw), 1 << 20);
    }

    private static SampleDisk make(Workbench bench, Content content, int changedBytes) {
        Path raw = bench.directory().resolve("sample.raw");
        Path base = bench.directory().resolve("sample-base.qcow2");
        Path overlay = bench.directory().resolve("sample.qcow2");
        try {
            content.write(raw);
            Programs.run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw.toString(), base.toString());
            Files.delete(raw);
        } catch (IOException e) {
            throw new BenchException("cannot make " + raw + ": " + e.getMessage(), e);
        }
        Programs.run(
                "qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", base.toString(), overlay.toString());
        changeSome(bench, overlay, changedBytes);
        return new SampleDisk(overlay);
    }

    /** The overlay, which is the disk. */
    Path overlay() {
        return overlay;
    }

    private static void writeRuns(Path raw) throws IOException {
        Random random = new Random(SEED);
        byte[] bytes = new byte[(int) (DATA / RUNS / ALIGNMENT) * ALIGNMENT];
        long stride = SIZE / RUNS / ALIGNMENT * ALIGNMENT;
        try (RandomAccessFile file = new RandomAccessFile(raw.toFile(), "rw")) {
            file.setLength(SIZE);
            for (int run = 0; run < RUNS; run++) {
                random.nextBytes(bytes);
                int slack = (int) (stride - bytes.length) / ALIGNMENT;
                file.seek(run * stride + (long) random.nextInt(slack) * ALIGNMENT);
                file.write(bytes);
            }
        }
    }

    /** Files of 4 KiB to 16 MiB, most bytes of them in large ones, as systems have them. */
    private static void writeFileSystem(Workbench bench, Path raw) throws IOException {
        Random random = new Random(SEED);
        Path root = Files.createDirectory(bench.directory().resolve("root"));
        long left = FILE_DATA;
        for (int number = 0; left > 0; number++) {
            byte[] bytes = new byte[(int) Math.min(left, ALIGNMENT << random.nextInt(13))];
            random.nextBytes(bytes);
            Files.write(root.resolve("file" + number), bytes);
            left -= bytes.length;
        }
        Programs.run("mkfs.ext4", "-q", "-d", root.toString(), raw.toString(), SIZE / 1024 + "k");
        Workbench.remove(root);
    }

    private static void changeSome(Workbench bench, Path overlay, int changedBytes) {
        Path socket = bench.directory().resolve("sample.sock");
        Path log = bench.directory().resolve("sample.log");
        var command = List.of("qemu-nbd", "-f", "qcow2", "-t", "-k", socket.toString(), overlay.toString());
        try (Daemon _ = Daemon.start(command, socket, log)) {
            new Fio("randwrite", changedBytes, 4).cover(Fio.Disk.nbd("nbd+unix:///?socket=" + socket), OVERLAY_DATA);
        }
    }
}
