package berth.local.io;

import berth.block.BlockException;
import berth.posix.Errno;
import berth.posix.PosixException;
import berth.posix.PosixFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** The files of a store in a directory of the real file system. */
public final class PosixStoreFiles implements StoreFiles {
    private final Path root;

    /** The store's directory must exist. */
    public PosixStoreFiles(Path root) {
        this.root = root;
    }

    private Path path(String name) {
        return name.isEmpty() ? root : root.resolve(name);
    }

    @Override
    public StoreFile open(String name) {
        return new Open(openFile(name, PosixFile.Mode.READ_WRITE));
    }

    @Override
    public StoreFile create(String name) {
        Open file = new Open(openFile(name, PosixFile.Mode.CREATE));
        file.truncate(0);
        return file;
    }

    private PosixFile openFile(String name, PosixFile.Mode mode) {
        try {
            return PosixFile.open(path(name), mode);
        } catch (PosixException e) {
            throw failure(e);
        }
    }

    @Override
    public boolean exists(String name) {
        try {
            Files.readAttributes(path(name), BasicFileAttributes.class);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            // A file that is taken for missing reads as zeroes: what cannot be told must not be guessed.
            throw failure("stat", name, e);
        }
    }

    @Override
    public List<String> list(String directory) {
        try (Stream<Path> entries = Files.list(path(directory))) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw failure("readdir", directory, e);
        }
    }

    @Override
    public void makeDirectory(String name) {
        Path directory = path(name);
        if (Files.isDirectory(directory)) {
            return;
        }
        try {
            Files.createDirectory(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw failure("mkdir", name, e);
        }
    }

    @Override
    public void delete(String name) {
        try {
            Files.deleteIfExists(path(name));
        } catch (IOException e) {
            throw failure("unlink", name, e);
        }
    }

    @Override
    public void rename(String from, String to) {
        try {
            Files.move(path(from), path(to), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw failure("rename", from, e);
        }
    }

    @Override
    public void syncDirectory(String directory) {
        try {
            PosixFile.syncDirectory(path(directory));
        } catch (PosixException e) {
            throw failure(e);
        }
    }

    private BlockException failure(String call, String name, IOException e) {
        return failure(new PosixException(errnoOf(e), call, path(name).toString()));
    }

    private static BlockException failure(PosixException e) {
        return BlockException.of(e, "the store");
    }

    /** The JDK keeps the errno of a failed call only as its text. */
    private static Errno errnoOf(IOException e) {
        if (e instanceof NoSuchFileException) {
            return Errno.ENOENT;
        }
        if (e instanceof AccessDeniedException) {
            return Errno.EACCES;
        }
        String reason = e instanceof FileSystemException fs ? String.valueOf(fs.getReason()) : "";
        for (Errno errno : Errno.values()) {
            if (reason.toLowerCase(Locale.ROOT).contains(errno.text().toLowerCase(Locale.ROOT))) {
                return errno;
            }
        }
        return Errno.EIO;
    }

    private record Open(PosixFile file) implements StoreFile {
        private long guard(LongSupplier call) {
            try {
                return call.getAsLong();
            } catch (PosixException e) {
                throw failure(e);
            }
        }

        private void guard(Runnable call) {
            try {
                call.run();
            } catch (PosixException e) {
                throw failure(e);
            }
        }

        @Override
        public int read(ByteBuffer into, long offset) {
            try {
                return file.read(into, offset);
            } catch (PosixException e) {
                throw failure(e);
            }
        }

        @Override
        public void write(ByteBuffer from, long offset) {
            try {
                file.write(from, offset);
            } catch (PosixException e) {
                throw failure(e);
            }
        }

        @Override
        public void punch(long offset, long length) {
            guard(() -> file.punch(offset, length));
        }

        @Override
        public void reserve(long offset, long length) {
            guard(() -> file.reserve(offset, length));
        }

        @Override
        public void truncate(long size) {
            guard(() -> file.truncate(size));
        }

        @Override
        public long size() {
            return guard((LongSupplier) file::size);
        }

        @Override
        public OptionalLong nextData(long offset) {
            return found(guard(() -> file.nextData(offset).orElse(-1)));
        }

        @Override
        public OptionalLong nextHole(long offset) {
            return found(guard(() -> file.nextHole(offset).orElse(-1)));
        }

        private static OptionalLong found(long offset) {
            return offset < 0 ? OptionalLong.empty() : OptionalLong.of(offset);
        }

        @Override
        public void sync() {
            guard(file::dataSync);
        }

        @Override
        public void close() {
            file.close();
        }
    }
}
