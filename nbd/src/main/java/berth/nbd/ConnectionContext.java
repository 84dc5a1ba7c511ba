package berth.nbd;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;

/**
 * What all connections of a server share.
 *
 * @param exports what is served
 * @param tls whether connections are encrypted
 * @param chunks memory for large requests
 * @param moreThreads permits for threads beyond the first one of a connection; each takes some 300 KiB at the most
 * @param timers runs what has to happen after a time
 * @param negotiationTimeout how long a client may take until it has chosen an export
 */
record ConnectionContext(
        Exports exports,
        TlsPolicy tls,
        ChunkPool chunks,
        Semaphore moreThreads,
        ScheduledExecutorService timers,
        Duration negotiationTimeout) {}
