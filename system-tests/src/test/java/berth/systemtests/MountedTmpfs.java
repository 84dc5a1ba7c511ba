package berth.systemtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system in memory whose size and mode a test can change. Closing it unmounts it. */
final class MountedTmpfs implements AutoCloseable {
    private final Path directory;

    private MountedTmpfs(Path directory) {
        this.directory = directory;
    }

    /**
     * Mounts one.
     *
     * @param directory a new directory
     * @param size as the mount option {@code size} has it
     */
    static MountedTmpfs at(Path directory, String size) throws IOException {
        Files.createDirectory(directory);
        Programs.ok("mount", "-t", "tmpfs", "-o", "size=" + size, "berth-test", directory.toString());
        return new MountedTmpfs(directory);
    }

    Path directory() {
        return directory;
    }

    /** The bytes that can still be written. */
    long freeBytes() throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    void resize(String size) throws IOException {
        remount("size=" + size);
    }

    /**
     * Changes mount options.
     *
     * @param options for example {@code ro}
     */
    void remount(String options) throws IOException {
        Programs.ok("mount", "-o", "remount," + options, directory.toString());
    }

    @Override
    public void close() throws IOException {
        Programs.ok("umount", directory.toString());
    }
}
