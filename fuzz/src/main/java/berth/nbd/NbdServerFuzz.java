package berth.nbd;

import berth.block.BlockException;
import berth.block.Problem;
import berth.fuzz.LoggedErrors;
import berth.fuzz.MemoryDisk;
import berth.fuzz.Promise;
import berth.fuzz.ScriptedSocket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;

/** The input is what a client of the NBD server sends: options, then requests. */
public final class NbdServerFuzz {
    private static final Promise PROMISE = Promise.of(16 << 20);
    private static final LoggedErrors ERRORS = new LoggedErrors("berth.nbd");
    /** Large enough for a read that does not fit the buffer of replies, small enough for thousands of them. */
    private static final int DISK_BYTES = 192 << 10;

    private static final ConnectionContext CONTEXT = new ConnectionContext(
            new Disks(),
            new TlsPolicy(false, null),
            new ChunkPool(),
            new Semaphore(0),
            timers(),
            Duration.ofMinutes(1));

    private NbdServerFuzz() {}

    /** Serves the client until it has said everything or is sent away. */
    public static void fuzzerTestOneInput(byte[] input) {
        PROMISE.hold(() -> new Connection(new ScriptedSocket(input), "client", CONTEXT).run());
        ERRORS.check();
    }

    private static ScheduledThreadPoolExecutor timers() {
        ScheduledThreadPoolExecutor timers =
                new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().factory());
        timers.setRemoveOnCancelPolicy(true);
        return timers;
    }

    private static final class Disks implements Exports {
        private static final Entry WRITABLE = new Entry("pool/image", "a disk");
        private static final Entry READ_ONLY = new Entry("pool/image@snap", "");

        @Override
        public List<Entry> list() {
            return List.of(WRITABLE, READ_ONLY);
        }

        @Override
        public Optional<String> defaultName() {
            return Optional.of(WRITABLE.name());
        }

        @Override
        public Export open(String name) {
            for (Entry entry : list()) {
                if (entry.name().equals(name)) {
                    boolean readOnly = entry.equals(READ_ONLY);
                    return new Export(name, entry.description(), new MemoryDisk(DISK_BYTES, readOnly), readOnly);
                }
            }
            throw new BlockException(Problem.IMAGE_NOT_FOUND, "there is no image " + name);
        }
    }
}
