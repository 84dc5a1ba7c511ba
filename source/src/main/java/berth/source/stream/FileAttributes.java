package berth.source.stream;

import berth.block.BlockException;
import berth.block.Problem;
import berth.posix.Errno;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * What {@code stat(2)} says of a file.
 *
 * @param mode type and permission bits
 * @param device the device that holds it
 * @param inode its inode on that device
 * @param size bytes; 0 for a block device
 * @param modifiedNanos time of the last change of its data, in ns since the epoch
 */
record FileAttributes(int mode, long device, long inode, long size, long modifiedNanos) {
    private static final int TYPE_MASK = 0170000;
    private static final int REGULAR = 0100000;
    private static final int BLOCK_DEVICE = 0060000;

    /** @throws BlockException {@link Problem#SOURCE_NOT_FOUND}, {@link Problem#IO} */
    static FileAttributes of(Path path) {
        try {
            Map<String, Object> read = Files.readAttributes(path, "unix:mode,dev,ino,size,lastModifiedTime");
            return new FileAttributes(
                    (int) number(read, "mode"),
                    number(read, "dev"),
                    number(read, "ino"),
                    number(read, "size"),
                    value(read, "lastModifiedTime", FileTime.class).to(TimeUnit.NANOSECONDS));
        } catch (IOException e) {
            throw failed(path, e);
        }
    }

    private static long number(Map<String, Object> read, String key) {
        return value(read, key, Number.class).longValue();
    }

    private static <T> T value(Map<String, Object> read, String key, Class<T> type) {
        return type.cast(Objects.requireNonNull(read.get(key)));
    }

    boolean isRegularFile() {
        return (mode & TYPE_MASK) == REGULAR;
    }

    boolean isBlockDevice() {
        return (mode & TYPE_MASK) == BLOCK_DEVICE;
    }

    /** The failure that a file's not being there, or not being readable, amounts to. */
    static BlockException failed(Path path, IOException cause) {
        return switch (cause) {
            case NoSuchFileException _ ->
                new BlockException(
                        Problem.SOURCE_NOT_FOUND,
                        "failed to open file stream '" + path + "': " + Errno.ENOENT.described(),
                        cause);
            case AccessDeniedException _ ->
                BlockException.withErrno(
                        Problem.IO,
                        Errno.EACCES,
                        "failed to open file stream '" + path + "': " + Errno.EACCES.described());
            default ->
                new BlockException(
                        Problem.IO, "failed to open file stream '" + path + "': " + cause.getMessage(), cause);
        };
    }
}
