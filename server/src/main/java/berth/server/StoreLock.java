package berth.server;

import berth.block.BlockException;
import berth.posix.PosixException;
import berth.posix.PosixFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Optional;

/**
 * The lock that makes a process the owner of a store. The kernel gives it up when the process ends, however it ends, so
 * there are no stale locks.
 */
public final class StoreLock implements AutoCloseable {
    private static final int MAX_PID_CHARACTERS = 20;

    private final PosixFile file;

    private StoreLock(PosixFile file) {
        this.file = file;
    }

    /**
     * Takes the lock of a store, whose directory is made where it does not exist.
     *
     * @return the lock; empty when another process, or another lock of this one, holds it
     * @throws BlockException when the directory cannot be made or written
     */
    public static Optional<StoreLock> tryTake(StoreDirectory store) {
        store.create();
        PosixFile file;
        try {
            file = PosixFile.open(store.lockFile(), PosixFile.Mode.CREATE);
        } catch (PosixException e) {
            throw BlockException.of(e, "cannot lock the store " + store.path());
        }
        boolean taken = false;
        try {
            taken = file.tryLock();
            if (taken) {
                String pid = ProcessHandle.current().pid() + "\n";
                file.truncate(0);
                file.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
            }
        } catch (PosixException e) {
            taken = false;
            throw BlockException.of(e, "cannot lock the store " + store.path());
        } finally {
            if (!taken) {
                file.close();
            }
        }
        return taken ? Optional.of(new StoreLock(file)) : Optional.empty();
    }

    /** Who holds the lock, for a message: {@code process 1234}, or {@code another process} when that is not known. */
    public static String describeHolder(StoreDirectory store) {
        try {
            String pid = Files.readString(store.lockFile(), StandardCharsets.US_ASCII)
                    .strip();
            if (!pid.isEmpty()
                    && pid.length() <= MAX_PID_CHARACTERS
                    && pid.chars().allMatch(Character::isDigit)) {
                return "process " + pid;
            }
        } catch (IOException e) {
            // The owner may be writing it just now; the message does without.
        }
        return "another process";
    }

    /** Gives the lock up. */
    @Override
    public void close() {
        file.close();
    }
}
