package berth.cli.command;

import berth.cli.call.CommandFailure;
import berth.nbd.NbdEndpoint;

/**
 * An address in an argument: {@code host}, {@code host:port} or {@code [address]:port}.
 *
 * @param host the name or address
 * @param port 0 to 65535; NBD's own where none was given
 */
record HostPort(String host, int port) {
    private static final int MAX_PORT = 65535;

    /** @throws CommandFailure when it is none of these */
    static HostPort parse(String text) {
        int colon = text.endsWith("]") ? -1 : text.lastIndexOf(':');
        String host = colon < 0 ? text : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        int port = colon < 0 ? NbdEndpoint.DEFAULT_PORT : port(text.substring(colon + 1));
        if (host.isEmpty() || port < 0) {
            throw CommandFailure.invalid("'" + text + "' is no address: use <host>:<port>, for example 127.0.0.1:"
                    + NbdEndpoint.DEFAULT_PORT);
        }
        return new HostPort(host, port);
    }

    /** The port; negative when it is none. */
    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            return port <= MAX_PORT ? port : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
