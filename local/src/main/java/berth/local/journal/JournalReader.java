package berth.local.journal;

import berth.block.BlockException;
import berth.block.Problem;
import berth.local.io.StoreFile;
import berth.local.io.StoreFiles;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads the journals of a store back when it is opened. */
public final class JournalReader {
    private static final int READ_BYTES = 1 << 20;

    private final StoreFiles files;

    /** Reads the journals among the given files. */
    public JournalReader(StoreFiles files) {
        this.files = files;
    }

    /** What the journals are for: takes their transactions, oldest first. */
    public interface Replay {
        /** A journal begins; what the catalog was before is forgotten, for it comes anew. */
        void begin();

        /** A transaction. */
        void apply(List<JournalEntry> entries);
    }

    /** The numbers of the journals that exist, in order; empty for a new store. */
    public List<Long> generations() {
        return Journal.generations(files);
    }

    /**
     * Replays all journals and opens the last one for going on.
     *
     * @return the last journal; null when there is none
     * @throws BlockException {@link Problem#CORRUPT} when a synced record is damaged
     */
    public @Nullable Journal replay(Replay replay) {
        Journal last = null;
        List<Long> generations = generations();
        for (int i = 0; i < generations.size(); i++) {
            replay.begin();
            long generation = generations.get(i);
            StoreFile file = files.open(Journal.name(generation));
            Scan scan = new Scan(file, Journal.name(generation));
            scan.run(replay::apply);
            if (i + 1 < generations.size()) {
                file.close();
            } else {
                // What follows the last whole record was never acknowledged; it must not be taken for a record later.
                file.truncate(scan.tail);
                last = Journal.resume(file, generation, scan.tail, scan.lastNumber, scan.lastEmpty);
            }
        }
        return last;
    }

    private static final class Scan {
        private final StoreFile file;
        private final String name;
        private final long size;
        private long tail;
        private long lastNumber;
        private boolean lastEmpty;

        Scan(StoreFile file, String name) {
            this.file = file;
            this.name = name;
            this.size = file.size();
        }

        void run(Consumer<List<JournalEntry>> consumer) {
            while (true) {
                ByteBuffer record = recordAt(tail, lastNumber + 1);
                if (record == null) {
                    break;
                }
                consumer.accept(RecordCodec.decode(
                        record.slice(RecordCodec.HEADER_BYTES, record.limit() - RecordCodec.HEADER_BYTES)));
                tail += record.limit();
                lastEmpty = record.limit() == RecordCodec.HEADER_BYTES;
                lastNumber++;
            }
            refuseDamage();
        }

        private @Nullable ByteBuffer recordAt(long at, long expectedNumber) {
            ByteBuffer head = read(at, (int) Math.min(RecordCodec.HEADER_BYTES, size - at));
            RecordCodec.Header header = RecordCodec.header(head);
            if (header == null
                    || header.number() != expectedNumber
                    || header.payloadBytes() > size - at - RecordCodec.HEADER_BYTES) {
                return null;
            }
            ByteBuffer record = read(at, RecordCodec.HEADER_BYTES + header.payloadBytes());
            return RecordCodec.intact(record, header) ? record : null;
        }

        private ByteBuffer read(long at, int length) {
            ByteBuffer bytes = ByteBuffer.allocate(Math.max(length, 0));
            file.read(bytes, at);
            return bytes.flip();
        }

        /**
         * The end of the records is either where the last, unsynced append was cut, or damage in the middle. It is
         * damage when a whole record follows that was written after the missing one had been synced.
         */
        private void refuseDamage() {
            for (long from = tail; from < size; from += READ_BYTES - RecordCodec.HEADER_BYTES) {
                ByteBuffer window = read(from, (int) Math.min(READ_BYTES, size - from));
                for (int i = 0; i + RecordCodec.HEADER_BYTES <= window.limit(); i++) {
                    RecordCodec.Header header = RecordCodec.header(window.slice(i, RecordCodec.HEADER_BYTES));
                    if (header != null && header.synced() > lastNumber && recordAt(from + i, header.number()) != null) {
                        throw new BlockException(
                                Problem.CORRUPT,
                                name + " is damaged at byte " + tail + ": record " + (lastNumber + 1)
                                        + " was written and is not readable any more");
                    }
                }
            }
        }
    }
}
