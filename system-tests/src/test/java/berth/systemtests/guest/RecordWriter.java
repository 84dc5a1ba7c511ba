package berth.systemtests.guest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A guest's writer of records. It writes one record after the other past its page cache, each to a block that hops over
 * the disk, and says {@code ACK number} on the console once the disk has acknowledged the record and a flush. Every so
 * often it reads an earlier record back and says {@code BAD number} when it is not what was written. It goes on until the
 * guest is switched off, or for a number of records.
 *
 * @param firstBlock the first block, of 4 KiB, that it may write to
 * @param blocks how many blocks it may write to
 * @param records how many records it writes; 0 for no end
 */
public record RecordWriter(long firstBlock, long blocks, long records) {
    /** The size of a record in bytes. */
    public static final int RECORD_BYTES = 4096;

    private static final int CELL_BYTES = 32;
    private static final int DOUBLINGS = 7; // 32 bytes doubled seven times are 4096
    private static final String ACKNOWLEDGED = "ACK ";
    private static final String BAD = "BAD ";

    /** A prime, so that the hops reach every block of a range that is not a multiple of it. */
    private static final long HOP = 7919;

    /** Reads the disk from the host's side. */
    @FunctionalInterface
    public interface DiskReader {
        /** Exactly {@code length} bytes at {@code offset}. */
        byte[] read(long offset, int length) throws IOException;
    }

    public RecordWriter {
        if (blocks % HOP == 0) {
            throw new IllegalArgumentException(blocks + " is a multiple of " + HOP + ": the hops would miss blocks");
        }
    }

    /** The script for a guest whose disk is {@code /dev/vda}. */
    public String script() {
        return """
                record() {
                    r=$(printf %%016d%%016d $1 $2)
                    i=0
                    while [ $i -lt %d ]; do r=$r$r; i=$((i + 1)); done
                }
                n=1
                while [ %d -eq 0 ] || [ $n -le %d ]; do
                    b=$((%d + n * %d %% %d))
                    record $n $b
                    printf %%s $r | dd of=/dev/vda bs=%d seek=$b count=1 iflag=fullblock oflag=direct conv=notrunc,fsync status=none \\
                        || { echo "FAILED $n"; exit 1; }
                    echo "%s$n"
                    if [ $((n %% 8)) -eq 0 ]; then
                        m=$((n - n / 16))
                        b=$((%d + m * %d %% %d))
                        record $m $b
                        [ "$(dd if=/dev/vda bs=%d skip=$b count=1 iflag=direct status=none)" = $r ] || echo "%s$m"
                    fi
                    n=$((n + 1))
                done
                """.formatted(
                        DOUBLINGS,
                        records,
                        records,
                        firstBlock,
                        HOP,
                        blocks,
                        RECORD_BYTES,
                        ACKNOWLEDGED,
                        firstBlock,
                        HOP,
                        blocks,
                        RECORD_BYTES,
                        BAD);
    }

    /** The highest record that the disk has acknowledged so far; 0 before the first. */
    public long acknowledged(Guest guest) throws IOException {
        return numbers(guest, ACKNOWLEDGED).stream()
                .mapToLong(Long::longValue)
                .max()
                .orElse(0);
    }

    /** Waits until a record has been acknowledged. */
    public void awaitRecord(Guest guest, long number, Duration patience) throws IOException {
        guest.await((ACKNOWLEDGED + number)::equals, "record " + number, patience);
    }

    /** The records that the guest itself found to be wrong. */
    public List<Long> badInGuest(Guest guest) throws IOException {
        return numbers(guest, BAD);
    }

    /**
     * Compares the disk with what was acknowledged. A block must hold its last acknowledged record or, where the guest
     * was switched off in the middle of a write, the one that was under way.
     *
     * @param acknowledged the highest acknowledged record
     * @return a line for each block that is wrong; empty when all is well
     */
    public List<String> compare(long acknowledged, DiskReader disk) throws IOException {
        Map<Long, Long> last = new TreeMap<>();
        for (long n = 1; n <= acknowledged; n++) {
            last.put(block(n), n);
        }
        Map<Long, Long> underWay = new HashMap<>();
        underWay.put(block(acknowledged + 1), acknowledged + 1);
        List<String> wrong = new ArrayList<>();
        for (Map.Entry<Long, Long> entry : last.entrySet()) {
            long block = entry.getKey();
            String found = new String(disk.read(block * RECORD_BYTES, RECORD_BYTES), StandardCharsets.ISO_8859_1);
            Long next = underWay.get(block);
            if (!found.equals(content(entry.getValue())) && (next == null || !found.equals(content(next)))) {
                wrong.add("block " + block + " should hold record " + entry.getValue() + " but starts with '"
                        + found.substring(0, CELL_BYTES).replaceAll("[^ -~]", ".") + "'");
            }
        }
        return wrong;
    }

    /** The block that a record goes to. */
    public long block(long number) {
        return firstBlock + number * HOP % blocks;
    }

    private String content(long number) {
        return String.format("%016d%016d", number, block(number)).repeat(1 << DOUBLINGS);
    }

    private static List<Long> numbers(Guest guest, String prefix) throws IOException {
        return guest.console().stream()
                .filter(line -> line.matches(prefix + "\\d+"))
                .map(line -> Long.parseLong(line.substring(prefix.length())))
                .toList();
    }
}
