package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import berth.systemtests.guest.RecordWriter;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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

    /** Writes one byte over and over to a raw disk. */
    static void fill(Path raw, long offset, int length, int value) throws IOException {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        try (RandomAccessFile file = new RandomAccessFile(raw.toFile(), "rw")) {
            file.seek(offset);
            file.write(bytes);
        }
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

    /**
     * Asserts that a raw disk of less than 2 GiB holds what a guest has written to it, and apart from that what it held
     * before.
     *
     * @param acknowledged the last record that the disk has acknowledged; the next one may have been under way
     */
    static void assertHolds(Path raw, RecordWriter writer, long acknowledged, Path before) throws IOException {
        byte[] found = Files.readAllBytes(raw);
        byte[] rest = Files.readAllBytes(before);
        assertThat(writer.compare(
                        acknowledged,
                        (offset, length) -> Arrays.copyOfRange(found, (int) offset, (int) offset + length)))
                .isEmpty();
        for (long number = 1; number <= acknowledged + 1; number++) {
            int at = (int) writer.block(number) * RecordWriter.RECORD_BYTES;
            System.arraycopy(found, at, rest, at, RecordWriter.RECORD_BYTES);
        }
        assertThat(Arrays.mismatch(found, rest))
                .as("the first byte that differs from the old disk where the guest wrote nothing")
                .isEqualTo(-1);
    }

    /** Asserts that two files have the same bytes. */
    static void assertSame(Path found, Path expected) throws IOException {
        assertThat(Files.mismatch(found, expected))
                .as("the first byte in which %s differs from %s", found, expected)
                .isEqualTo(-1);
    }
}
