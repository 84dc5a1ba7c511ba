package berth.source;

import berth.source.CorpusImage.SnapshotCopy;
import berth.source.spec.DiskFormat;
import berth.source.spec.QcowSpec;
import berth.source.spec.StreamSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Makes images with QEMU's tools in a directory of their own. */
final class CorpusWorkshop {
    private static final String NOISE = "noise.bin";

    private final Path directory;
    private final Random random;

    CorpusWorkshop(Path directory, Random random) {
        this.directory = directory;
        this.random = random;
        byte[] noise = new byte[1 << 16];
        random.nextBytes(noise);
        // Half of it compresses well.
        Arrays.fill(noise, noise.length / 4, noise.length * 3 / 4, (byte) 'x');
        try {
            Files.write(directory.resolve(NOISE), noise);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Random random() {
        return random;
    }

    /** A size in bytes, a multiple of 512 as QEMU rounds to. */
    long randomSize(int maxKib) {
        return (1 + random.nextInt(maxKib * 2)) * 512L;
    }

    void create(String format, String options, String file, long size) {
        List<String> command = new ArrayList<>(List.of("create", "-q", "-f", format));
        if (!options.isEmpty()) {
            command.addAll(List.of("-o", options));
        }
        command.addAll(List.of(file, Long.toString(size)));
        Qemu.img(directory, command.toArray(String[]::new));
    }

    /** Writes, zeroes and discards at random. */
    void scribble(String format, String file, long size, int operations) {
        if (size == 0) {
            return;
        }
        List<String> commands = new ArrayList<>();
        for (int i = 0; i < operations; i++) {
            int unit = random.nextInt(4) == 0 ? 1 : 512;
            long offset = random.nextLong(size) / unit * unit;
            long length = Math.min(size - offset, 1 + random.nextInt(1 << (8 + random.nextInt(11))));
            length = Math.max(unit, length / unit * unit);
            commands.add(command(format) + " " + offset + " " + Math.min(length, size - offset));
        }
        Qemu.io(directory, format, file, commands);
    }

    private String command(String format) {
        return switch (random.nextInt(format.equals("qcow2") ? 10 : 5)) {
            case 0, 1 -> "write -q -P " + random.nextInt(256);
            case 2, 3, 5 -> "write -q -s " + NOISE;
            case 4, 6 -> "write -q -z";
            case 7, 8 -> "write -q -z -u";
            default -> "discard -q";
        };
    }

    /** Writes compressed clusters; only where nothing was written yet, for QEMU refuses anything else. */
    void compressedWrites(String format, String file, long size, int clusterBytes) {
        List<String> commands = new ArrayList<>();
        for (long offset = 0; offset <= size - clusterBytes && commands.size() < 100; offset += clusterBytes) {
            if (random.nextInt(3) == 0) {
                String data = random.nextBoolean() ? "-P " + random.nextInt(256) : "-s " + NOISE;
                commands.add("write -q -c " + data + " " + offset + " " + clusterBytes);
            }
        }
        Qemu.io(directory, format, file, commands);
    }

    void convertCompressed(String from, String options, String to) {
        List<String> command = new ArrayList<>(List.of("convert", "-c", "-f", "raw", "-O", "qcow2"));
        command.addAll(List.of("-o", options, from, to));
        Qemu.img(directory, command.toArray(String[]::new));
    }

    void resize(String file, long size) {
        Qemu.img(directory, "resize", "-q", "--shrink", "-f", "qcow2", file, Long.toString(size));
    }

    /** Takes a snapshot, and a raw copy of what it holds. */
    SnapshotCopy snapshot(String file, String name) {
        Path raw = directory.resolve("snapshot-" + name + ".raw");
        Qemu.img(directory, "convert", "-f", "qcow2", "-O", "raw", file, raw.toString());
        Qemu.img(directory, "snapshot", "-q", "-c", name, file);
        return new SnapshotCopy(name, raw);
    }

    void img(String... arguments) {
        Qemu.img(directory, arguments);
    }

    CorpusImage image(String format, String file) {
        return image(format, List.of(file), List.of());
    }

    /** An image whose clusters are in the files, the topmost first. */
    CorpusImage image(String format, List<String> files, List<DiskFormat> backingFormats) {
        return image(format, files, backingFormats, List.of());
    }

    CorpusImage image(
            String format, List<String> files, List<DiskFormat> backingFormats, List<SnapshotCopy> snapshots) {
        List<Path> depths = files.stream().map(directory::resolve).toList();
        return new CorpusImage(spec(depths.getFirst(), backingFormats), format, depths, snapshots);
    }

    /** An image with an external data file. */
    CorpusImage imageWithDataFile(String file, String dataFile) {
        Path image = directory.resolve(file);
        return new CorpusImage(spec(image, List.of()), "qcow2", List.of(directory.resolve(dataFile)), List.of());
    }

    private static QcowSpec spec(Path file, List<DiskFormat> backingFormats) {
        return new QcowSpec(new StreamSpec.File(file), backingFormats, Optional.empty());
    }
}
