package berth.libvirt;

import berth.block.BlockException;
import berth.block.Problem;
import berth.posix.Errno;
import berth.posix.PosixException;
import berth.posix.PosixFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * QEMU's image lock, held the way a program of QEMU holds it that reads a disk and lets nobody write to it. While it is
 * held, QEMU refuses to open the file for writing ("Failed to get "write" lock").
 *
 * <p>QEMU locks single bytes of the image file, shared and per open file description: byte 100 + <i>n</i> says "I use
 * permission <i>n</i>", byte 200 + <i>n</i> says "I do not let others use permission <i>n</i>". See {@code
 * block/file-posix.c} and {@code docs/system/qemu-block-drivers} (image locking) of QEMU.
 */
public final class ImageLock implements AutoCloseable {
    private static final long USED = 100;
    private static final long DENIED = 200;
    /** The permissions as QEMU numbers them; WRITE_UNCHANGED (2) changes nothing that a reader sees. */
    private static final int CONSISTENT_READ = 0;

    private static final int WRITE = 1;
    private static final int RESIZE = 3;

    private final PosixFile file;

    private ImageLock(PosixFile file) {
        this.file = file;
    }

    /**
     * Takes the lock after having made sure that nobody writes to the file: neither a program of QEMU nor, as far as
     * {@code /proc} shows, any other process.
     *
     * @param path a regular file
     * @throws BlockException {@link Problem#IMAGE_IN_USE}, whose blockers are the uses; {@link Problem#SOURCE_NOT_FOUND},
     *     {@link Problem#IO}
     */
    public static ImageLock acquire(Path path) {
        PosixFile file = open(path);
        try {
            // As QEMU does it: first say what we do, then look at what others do. Of two who come at the same time, at
            // least one sees the other.
            boolean taken = file.tryLockRangeShared(USED + CONSISTENT_READ, 1)
                    && file.tryLockRangeShared(DENIED + WRITE, 1)
                    && file.tryLockRangeShared(DENIED + RESIZE, 1);
            List<DiskUse> uses = uses(path, file, !taken);
            if (!uses.isEmpty()) {
                throw inUse(path, uses);
            }
            return new ImageLock(file);
        } catch (PosixException e) {
            file.close();
            throw BlockException.of(e, "cannot lock " + path);
        } catch (IOException e) {
            file.close();
            throw new BlockException(Problem.IO, "cannot find out who uses " + path + ": " + e.getMessage(), e);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /**
     * Who writes to the file now; empty when nobody does.
     *
     * @throws BlockException {@link Problem#SOURCE_NOT_FOUND}, {@link Problem#IO}
     */
    public static List<DiskUse> writers(Path path) {
        try (PosixFile file = open(path)) {
            return uses(path, file, false);
        } catch (PosixException e) {
            throw BlockException.of(e, "cannot ask for locks of " + path);
        } catch (IOException e) {
            throw new BlockException(Problem.IO, "cannot find out who uses " + path + ": " + e.getMessage(), e);
        }
    }

    private static PosixFile open(Path path) {
        try {
            return PosixFile.open(path, PosixFile.Mode.READ);
        } catch (PosixException e) {
            if (e.errno() == Errno.ENOENT) {
                throw new BlockException(Problem.SOURCE_NOT_FOUND, "there is no file " + path, e);
            }
            throw BlockException.of(e, "cannot open " + path);
        }
    }

    private static List<DiskUse> uses(Path path, PosixFile file, boolean lockedOut) throws IOException {
        List<DiskUse> uses = new ArrayList<>();
        if (lockedOut
                || file.isRangeLocked(USED + WRITE, 1)
                || file.isRangeLocked(USED + RESIZE, 1)
                || file.isRangeLocked(DENIED + CONSISTENT_READ, 1)) {
            uses.add(new DiskUse.ImageLocked());
        }
        uses.addAll(OpenFiles.writers(path));
        return uses;
    }

    private static BlockException inUse(Path path, List<DiskUse> uses) {
        List<String> described = uses.stream().map(DiskUse::describe).toList();
        return new BlockException(
                Problem.IMAGE_IN_USE, path + " is in use: " + String.join("; ", described), described);
    }

    /** Lets go of the lock. */
    @Override
    public void close() {
        file.close();
    }
}
