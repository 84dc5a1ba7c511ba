package berth.source.remote;

import java.time.Duration;

/**
 * How patient streams from servers are, and how much memory they take.
 *
 * @param connectTimeout how long it may take to connect
 * @param stallTimeout how long a server may send nothing
 * @param requestTimeout how long one request may take
 * @param retry what is done after a failure
 * @param readAhead how much is read at a time
 */
public record RemoteOptions(
        Duration connectTimeout,
        Duration stallTimeout,
        Duration requestTimeout,
        RetryPolicy retry,
        ReadAheadPolicy readAhead) {
    /** Ten seconds to connect, thirty without a byte, five minutes for a request. */
    public static final RemoteOptions DEFAULT = new RemoteOptions(
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofMinutes(5),
            RetryPolicy.DEFAULT,
            ReadAheadPolicy.DEFAULT);
}
