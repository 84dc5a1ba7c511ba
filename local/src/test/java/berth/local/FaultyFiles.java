package berth.local;

import berth.block.BlockException;
import berth.local.io.StoreFile;
import berth.local.io.StoreFiles;
import berth.posix.Errno;
import berth.posix.PosixException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BiPredicate;

/**
 * Files of which some calls fail, as a test wants it. A sync that fails loses what it should have made durable, as Linux
 * does: the pages count as written, so later syncs of the file succeed, but nothing that was written before reaches the
 * disk unless it is written again. Here nothing at all of such a data file reaches the disk any more.
 */
final class FaultyFiles implements StoreFiles {
    private final StoreFiles to;
    private BiPredicate<String, String> fails = (call, name) -> false;
    private Errno errno = Errno.EIO;
    private int failures;

    FaultyFiles(StoreFiles to) {
        this.to = to;
    }

    /** From now on a call fails when this says so of its name ({@code write}, {@code sync} ...) and the file's. */
    void fail(Errno with, BiPredicate<String, String> when) {
        errno = with;
        fails = when;
    }

    void stopFailing() {
        fails = (call, name) -> false;
    }

    /** How many calls have failed. */
    int failures() {
        return failures;
    }

    private void check(String call, String name) {
        if (fails.test(call, name)) {
            failures++;
            throw BlockException.of(new PosixException(errno, call, name), "the store");
        }
    }

    @Override
    public StoreFile open(String name) {
        check("open", name);
        return new Faulty(to.open(name), name);
    }

    @Override
    public StoreFile create(String name) {
        check("create", name);
        return new Faulty(to.create(name), name);
    }

    @Override
    public boolean exists(String name) {
        check("exists", name);
        return to.exists(name);
    }

    @Override
    public List<String> list(String directory) {
        check("list", directory);
        return to.list(directory);
    }

    @Override
    public void makeDirectory(String name) {
        check("makeDirectory", name);
        to.makeDirectory(name);
    }

    @Override
    public void delete(String name) {
        check("delete", name);
        to.delete(name);
    }

    @Override
    public void rename(String from, String name) {
        check("rename", name);
        to.rename(from, name);
    }

    @Override
    public void syncDirectory(String directory) {
        check("syncDirectory", directory);
        to.syncDirectory(directory);
    }

    private final class Faulty implements StoreFile {
        private final StoreFile file;
        private final String name;
        private boolean lost;

        Faulty(StoreFile file, String name) {
            this.file = file;
            this.name = name;
        }

        @Override
        public int read(ByteBuffer into, long offset) {
            check("read", name);
            return file.read(into, offset);
        }

        @Override
        public void write(ByteBuffer from, long offset) {
            check("write", name);
            file.write(from, offset);
        }

        @Override
        public void punch(long offset, long length) {
            check("punch", name);
            file.punch(offset, length);
        }

        @Override
        public void reserve(long offset, long length) {
            check("reserve", name);
            file.reserve(offset, length);
        }

        @Override
        public void truncate(long size) {
            check("truncate", name);
            file.truncate(size);
        }

        @Override
        public long size() {
            return file.size();
        }

        @Override
        public OptionalLong nextData(long offset) {
            return file.nextData(offset);
        }

        @Override
        public OptionalLong nextHole(long offset) {
            return file.nextHole(offset);
        }

        @Override
        public void sync() {
            try {
                check("sync", name);
            } catch (BlockException e) {
                lost = name.startsWith(LayerData.DIRECTORY);
                throw e;
            }
            if (!lost) {
                file.sync();
            }
        }

        @Override
        public void close() {
            file.close();
        }
    }
}
