package berth.local.journal;

import berth.block.BlockException;
import berth.block.Problem;
import berth.local.io.StoreFile;
import berth.local.io.StoreFiles;
import berth.posix.Errno;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The journal that is being written: one file, named {@code journal.N}. It begins with the whole catalog, so that a
 * later one makes the earlier ones superfluous once the page files hold what those said.
 *
 * <p>Safe for use by several threads. Threads that commit at the same time share one sync.
 */
public final class Journal implements AutoCloseable {
    private static final String PREFIX = "journal.";
    private static final String UNFINISHED = "journal.new";
    private static final Pattern GENERATION = Pattern.compile("journal\\.[0-9]{1,18}");
    /** Space that is kept for the journal, so that a removal can be recorded on a full disk. */
    private static final long RESERVE_BYTES = 4 << 20;
    /** The size of the records that a new journal's catalog is cut into. */
    private static final int START_BATCH = 4096;

    private final StoreFile file;
    private final long generation;
    private final Object syncLock = new Object();

    private long tail;
    private long lastNumber;
    private boolean closing;
    private long reservedTo;
    private volatile long syncedNumber;
    private volatile @Nullable RuntimeException broken;

    private Journal(StoreFile file, long generation) {
        this.file = file;
        this.generation = generation;
    }

    /**
     * Starts a journal with the given content, durably. The journals before it stay until {@link #deleteBefore}.
     *
     * @param generation its number, greater than those of all journals that exist
     */
    public static Journal start(StoreFiles files, long generation, List<? extends JournalEntry> content) {
        StoreFile file = files.create(UNFINISHED);
        Journal journal = new Journal(file, generation);
        try {
            for (int at = 0; at < content.size(); at += START_BATCH) {
                journal.append(List.copyOf(content.subList(at, Math.min(content.size(), at + START_BATCH))));
            }
            file.sync();
            files.rename(UNFINISHED, PREFIX + generation);
            files.syncDirectory("");
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
        journal.syncedNumber = journal.lastNumber;
        return journal;
    }

    /**
     * Goes on writing a journal that {@link JournalReader} has read to its end.
     *
     * @param closing whether the last record is the one of {@link #seal}
     */
    static Journal resume(StoreFile file, long generation, long tail, long lastNumber, boolean closing) {
        Journal journal = new Journal(file, generation);
        journal.closing = closing;
        journal.tail = tail;
        journal.lastNumber = lastNumber;
        journal.syncedNumber = lastNumber;
        return journal;
    }

    /** The numbers of the journals that exist, in order. */
    static List<Long> generations(StoreFiles files) {
        return files.list("").stream()
                .filter(name -> GENERATION.matcher(name).matches())
                .map(name -> Long.parseLong(name.substring(PREFIX.length())))
                .sorted()
                .toList();
    }

    static String name(long generation) {
        return PREFIX + generation;
    }

    /** The journal's number. */
    public long generation() {
        return generation;
    }

    /** Its length in bytes. */
    public synchronized long bytes() {
        return tail;
    }

    /**
     * Appends a transaction and makes it durable.
     *
     * @throws BlockException {@link Problem#NO_SPACE} when there is no room for it; nothing has happened then
     */
    public void commit(List<JournalEntry> entries) {
        long number = append(entries);
        synchronized (syncLock) {
            if (syncedNumber >= number) {
                return;
            }
            requireIntact();
            long upTo = lastAppended();
            try {
                file.sync();
            } catch (BlockException e) {
                // After a failed sync nobody knows what is on the disk: the next sync may succeed without it.
                broken = e;
                throw e;
            }
            syncedNumber = upTo;
        }
    }

    private synchronized long lastAppended() {
        return lastNumber;
    }

    private synchronized long append(List<JournalEntry> entries) {
        requireIntact();
        try (Arena memory = Arena.ofConfined()) {
            ByteBuffer record = RecordCodec.encode(lastNumber + 1, syncedNumber, entries, memory);
            reserve(tail + record.remaining());
            int length = record.remaining();
            file.write(record, tail);
            tail += length;
        } catch (BlockException e) {
            dropPartialRecord();
            throw e;
        }
        closing = entries.isEmpty();
        return ++lastNumber;
    }

    /** A failure of another thread's commit is this one's, too: its record may be among what was not written. */
    private void requireIntact() {
        RuntimeException failed = broken;
        if (failed != null) {
            throw new BlockException(
                    Problem.IO,
                    "the store takes no more changes until it is opened again: " + failed.getMessage(),
                    failed);
        }
    }

    /** Takes no more changes, because nobody knows whether this journal is the last one. */
    public void retire(RuntimeException cause) {
        broken = cause;
    }

    /** Whether there may be a journal of this number, as far as can be told. */
    public static boolean mayExist(StoreFiles files, long generation) {
        try {
            return files.exists(name(generation));
        } catch (BlockException e) {
            return true;
        }
    }

    /**
     * Ends the journal with an empty record, unless it has one. Damage of the records before it is told from an append
     * that a crash cut, because this one knows that they were synced.
     */
    public void seal() {
        if (broken == null && !endsWithSeal()) {
            commit(List.of());
        }
    }

    private synchronized boolean endsWithSeal() {
        return closing || lastNumber == 0;
    }

    private void reserve(long needed) {
        if (needed + RESERVE_BYTES / 2 <= reservedTo) {
            return;
        }
        try {
            file.reserve(reservedTo, needed + RESERVE_BYTES - reservedTo);
            reservedTo = needed + RESERVE_BYTES;
        } catch (BlockException e) {
            // Where nothing can be reserved, the write itself says whether there is room.
            if (e.problem() != Problem.NO_SPACE && e.errno() != Errno.EOPNOTSUPP) {
                throw e;
            }
        }
    }

    private void dropPartialRecord() {
        try {
            file.truncate(tail);
        } catch (BlockException e) {
            broken = e;
        }
    }

    /** Removes the journals before this one. */
    public void deleteBefore(StoreFiles files) {
        for (long older : generations(files)) {
            if (older < generation) {
                files.delete(name(older));
            }
        }
        files.syncDirectory("");
    }

    @Override
    public void close() {
        file.close();
    }
}
