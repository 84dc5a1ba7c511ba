package berth.source.stream;

import berth.block.BlockException;
import berth.block.Extent;
import berth.block.ExtentMerger;
import berth.block.ExtentSink;
import berth.block.Limits;
import berth.block.Problem;
import berth.posix.Errno;
import berth.posix.PosixException;
import berth.posix.PosixFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/** A regular file or a block device, opened read-only. Holes are found with {@code SEEK_DATA} and {@code SEEK_HOLE}. */
public final class FileStream implements Stream {
    /** A range that is known to be data: some file systems take long to say so, and callers ask for small steps. */
    private record Known(long start, long end) {}

    private final Path path;
    private final PosixFile file;
    private final long size;
    private final String identity;
    private volatile Known known = new Known(0, 0);

    private FileStream(Path path, PosixFile file, FileAttributes attributes) {
        this.path = path;
        this.file = file;
        this.size = file.size();
        this.identity = "file:" + attributes.device() + ":" + attributes.inode();
    }

    /**
     * Opens a file. Symbolic links are followed.
     *
     * @throws BlockException {@link Problem#SOURCE_NOT_FOUND}; {@link Problem#INVALID_ARGUMENT} when it is neither a
     *     regular file nor a block device; {@link Problem#IO}
     */
    public static FileStream open(Path path) {
        FileAttributes attributes = FileAttributes.of(path);
        if (!attributes.isRegularFile() && !attributes.isBlockDevice()) {
            throw new BlockException(
                    Problem.INVALID_ARGUMENT,
                    "cannot use '" + path + "' as a file stream: it is neither a regular file nor a block device");
        }
        PosixFile file;
        try {
            file = PosixFile.open(path, PosixFile.Mode.READ);
        } catch (PosixException e) {
            throw e.errno() == Errno.ENOENT
                    ? new BlockException(
                            Problem.SOURCE_NOT_FOUND,
                            "failed to open file stream '" + path + "': "
                                    + e.errno().described(),
                            e)
                    : BlockException.of(e, "failed to open file stream '" + path + "'");
        }
        return adopt(path, file, attributes);
    }

    private static FileStream adopt(Path path, PosixFile file, FileAttributes attributes) {
        try {
            return new FileStream(path, file, attributes);
        } catch (PosixException e) {
            file.close();
            throw BlockException.of(e, "failed to open file stream '" + path + "'");
        }
    }

    /** The path that the stream was opened with. */
    public Path path() {
        return path;
    }

    /** The path without symbolic links. @throws BlockException {@link Problem#SOURCE_NOT_FOUND}, {@link Problem#IO} */
    public static Path realPath(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            throw FileAttributes.failed(path, e);
        }
    }

    @Override
    public String name() {
        return path.toString();
    }

    @Override
    public String identity() {
        return identity;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void read(long offset, ByteBuffer into) {
        int asked = into.remaining();
        Limits.checkRange(offset, asked, size);
        int read;
        try {
            read = file.read(into, offset);
        } catch (PosixException e) {
            throw BlockException.of(e, "reading " + asked + " bytes at " + offset);
        }
        if (read < asked) {
            throw new BlockException(
                    Problem.IO,
                    path + " ends at " + (offset + read) + ", but had " + size
                            + " bytes when it was opened: it was cut meanwhile");
        }
    }

    @Override
    public void extents(long offset, long length, ExtentSink sink) {
        Limits.checkRange(offset, length, size);
        ExtentMerger merger = new ExtentMerger(sink);
        long end = offset + length;
        long at = offset;
        while (at < end) {
            long dataEnd = dataEnd(at);
            if (dataEnd > at) {
                merger.accept(at, Math.min(dataEnd, end) - at, Extent.Kind.DATA);
                at = Math.min(dataEnd, end);
            } else {
                long holeEnd = Math.min(nextData(at), end);
                merger.accept(at, holeEnd - at, Extent.Kind.UNALLOCATED);
                at = holeEnd;
            }
        }
        merger.finish();
    }

    /** Where the data at an offset end; the offset itself when a hole is there. */
    private long dataEnd(long at) {
        Known last = known;
        if (at >= last.start && at < last.end) {
            return last.end;
        }
        // A file that was cut meanwhile has no hole there; reading it says so.
        long hole = seek(() -> file.nextHole(at)).orElse(size);
        if (hole > at) {
            known = new Known(at, hole);
        }
        return hole;
    }

    private long nextData(long at) {
        return seek(() -> file.nextData(at)).orElse(size);
    }

    private interface Seek {
        OptionalLong run();
    }

    private static OptionalLong seek(Seek seek) {
        try {
            return seek.run();
        } catch (PosixException e) {
            throw BlockException.of(e, "looking for holes");
        }
    }

    /**
     * Size, modification time (ns since the epoch), device and inode of what the path names now. The change time is left
     * out: a new owner or mode, as libvirt gives a disk when its machine stops, does not change bytes.
     */
    @Override
    public Map<String, String> validators() {
        FileAttributes now = FileAttributes.of(path);
        Map<String, String> validators = new TreeMap<>();
        validators.put("device", Long.toString(now.device()));
        validators.put("inode", Long.toString(now.inode()));
        validators.put("mtime_ns", Long.toString(now.modifiedNanos()));
        validators.put("size", Long.toString(now.isBlockDevice() ? file.size() : now.size()));
        return validators;
    }

    @Override
    public void close() {
        file.close();
    }
}
