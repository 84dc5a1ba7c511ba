package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A block device of the kernel that stands on an NBD export: {@code nbdfuse} shows the export as a file, and a loop device
 * makes that a block device. Closing it unmounts what is mounted and takes both down.
 */
final class LoopDevice implements AutoCloseable {
    private static final long PATIENCE_NANOS = 30_000_000_000L;

    private final Path directory;
    private final Process nbdfuse;
    private String device = "";
    private Path mounted = Path.of("");

    private LoopDevice(Path directory, Process nbdfuse) {
        this.directory = directory;
        this.nbdfuse = nbdfuse;
    }

    /**
     * Makes one.
     *
     * @param temp where the file is shown, in a new directory
     * @param uri the export
     */
    static LoopDevice attach(Path temp, String uri) throws IOException {
        Path directory = Files.createTempDirectory(temp, "fuse");
        Path log = temp.resolve(directory.getFileName() + ".log");
        Process nbdfuse = new ProcessBuilder("nbdfuse", directory.toString(), uri)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        LoopDevice loop = new LoopDevice(directory, nbdfuse);
        try {
            loop.awaitFile(log);
            loop.device = Programs.ok(
                            "losetup", "-f", "--show", directory.resolve("nbd").toString())
                    .out()
                    .strip();
        } catch (IOException | AssertionError e) {
            loop.close();
            throw e;
        }
        return loop;
    }

    private void awaitFile(Path log) throws IOException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!Files.exists(directory.resolve("nbd"))) {
            if (!nbdfuse.isAlive() || System.nanoTime() > end) {
                throw new AssertionError("nbdfuse shows no file: " + Programs.text(log));
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while waiting for nbdfuse", e);
            }
        }
    }

    /** The device's file. */
    String device() {
        return device;
    }

    void mount(Path point) throws IOException {
        Programs.ok("mount", device, point.toString());
        mounted = point;
    }

    void unmount(Path point) throws IOException {
        Programs.ok("umount", point.toString());
        mounted = Path.of("");
    }

    /** Asserts that the file system on it, which is not mounted, has no error. */
    void check() throws IOException {
        Outcome check = Programs.run("e2fsck", "-f", "-n", device);
        assertThat(check.status()).as(check.toString()).isZero();
    }

    @Override
    public void close() throws IOException {
        if (!mounted.toString().isEmpty()) {
            Programs.run("umount", mounted.toString());
        }
        if (!device.isEmpty()) {
            Programs.ok("losetup", "-d", device);
        }
        Programs.run("fusermount3", "-u", directory.toString());
        Programs.await(nbdfuse);
    }
}
