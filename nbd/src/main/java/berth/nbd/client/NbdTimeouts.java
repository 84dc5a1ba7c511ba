package berth.nbd.client;

import java.time.Duration;

/**
 * How patient a client is.
 *
 * @param connect how long connecting and the handshake may take together
 * @param request how long a request may take
 */
public record NbdTimeouts(Duration connect, Duration request) {}
