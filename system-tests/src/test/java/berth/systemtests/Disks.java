package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Disk images for tests. */
final class Disks {
    private static final int CHUNK_BYTES = 64 << 10;

    private Disks() {}

    /**
     * Makes a raw disk of which some 64 KiB pieces hold random bytes and the others are holes.
     *
     * @param dataPercent how much holds data
     */
    static Path raw(Path file, long bytes, int dataPercent, long seed) throws IOException {
        Random random = new Random(seed);
        byte[] chunk = new byte[CHUNK_BYTES];
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.setLength(bytes);
            for (long at = 0; at < bytes; at += CHUNK_BYTES) {
                if (random.nextInt(100) < dataPercent) {
                    random.nextBytes(chunk);
                    out.seek(at);
                    out.write(chunk, 0, (int) Math.min(CHUNK_BYTES, bytes - at));
                }
            }
        }
        return file;
    }

    /**
     * Makes a qcow2 overlay on a base, both with data, beside each other.
     *
     * @return the overlay
     */
    static Path overlay(Path directory, long bytes, long seed) throws IOException {
        Path raw = raw(directory.resolve("base.raw"), bytes, 40, seed);
        Path base = directory.resolve("base.qcow2");
        Programs.ok("qemu-img", "convert", "-f", "raw", "-O", "qcow2", "-c", raw.toString(), base.toString());
        Path overlay = directory.resolve("disk.qcow2");
        Programs.ok(
                "qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", base.toString(), overlay.toString());
        Random random = new Random(seed + 1);
        String[] command = new String[4 + 2 * 8];
        command[0] = "qemu-io";
        command[1] = "-f";
        command[2] = "qcow2";
        for (int i = 0; i < 8; i++) {
            long at = random.nextLong(bytes / 4096 - 64) * 4096;
            command[3 + 2 * i] = "-c";
            command[4 + 2 * i] = "write -q -P " + (i + 1) + " " + at + " 256k";
        }
        command[command.length - 1] = overlay.toString();
        Programs.ok(command);
        return overlay;
    }

    /** The raw disk that QEMU sees in a qcow2 image. */
    static Path converted(Path qcow2, Path raw) throws IOException {
        Programs.ok("qemu-img", "convert", "-f", "qcow2", "-O", "raw", qcow2.toString(), raw.toString());
        return raw;
    }

    /** The source-spec of a qcow2 file whose backing files lie beside it. */
    static String qcow2Spec(Path file) {
        return "{\"type\":\"qcow\",\"stream\":{\"type\":\"file\",\"file_path\":\"" + file + "\"},\"backing_allow\":[\""
                + file.getParent() + "\"]}";
    }

    /** The source-spec of a raw file. */
    static String rawSpec(Path file) {
        return "{\"type\":\"raw\",\"stream\":{\"type\":\"file\",\"file_path\":\"" + file + "\"}}";
    }

    /** Asserts that two files have the same bytes. */
    static void assertSame(Path found, Path expected) throws IOException {
        assertThat(Files.mismatch(found, expected))
                .as("the first byte in which %s differs from %s", found, expected)
                .isEqualTo(-1);
    }
}
