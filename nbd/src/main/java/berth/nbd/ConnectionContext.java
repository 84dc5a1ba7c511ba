package berth.nbd;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What all connections of a server share.
 *
 * @param exports what is served
 * @param tls whether connections are encrypted
 * @param chunks memory for large requests
 * @param timers runs what has to happen after a time
 * @param negotiationTimeout how long a client may take until it has chosen an export
 */
record ConnectionContext(
        Exports exports,
        TlsPolicy tls,
        ChunkPool chunks,
        ScheduledExecutorService timers,
        Duration negotiationTimeout) {}
