package berth.nbd;

import java.time.Duration;

/**
 * How a server runs.
 *
 * @param endpoint where it listens
 * @param tls whether connections are encrypted
 * @param maxConnections how many clients may be connected, at least 1; further ones are disconnected at once. Each takes
 *     a thread, and up to 33 MiB while it serves its largest requests; twice that, and up to 32 threads of the server's
 *     256 further ones, where requests wait for other machines
 * @param negotiationTimeout how long a client may take until it has chosen an export
 * @param closeTimeout how long {@link NbdServer#close} waits for requests that are being served
 */
public record NbdServerConfig(
        NbdEndpoint endpoint, NbdTls tls, int maxConnections, Duration negotiationTimeout, Duration closeTimeout) {
    private static final int DEFAULT_MAX_CONNECTIONS = 256;
    private static final Duration DEFAULT_NEGOTIATION_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration DEFAULT_CLOSE_TIMEOUT = Duration.ofSeconds(10);

    public NbdServerConfig {
        if (maxConnections < 1) {
            throw new IllegalArgumentException("at least 1 connection has to be allowed, not " + maxConnections);
        }
        if (!negotiationTimeout.isPositive()) {
            throw new IllegalArgumentException("the negotiation timeout has to be positive");
        }
        if (closeTimeout.isNegative()) {
            throw new IllegalArgumentException("the close timeout must not be negative");
        }
    }

    /** A server with the usual limits: 256 connections, 30 s to negotiate, 10 s to close. */
    public static NbdServerConfig of(NbdEndpoint endpoint, NbdTls tls) {
        return new NbdServerConfig(
                endpoint, tls, DEFAULT_MAX_CONNECTIONS, DEFAULT_NEGOTIATION_TIMEOUT, DEFAULT_CLOSE_TIMEOUT);
    }
}
