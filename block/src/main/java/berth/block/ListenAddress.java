package berth.block;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * Where a server listens.
 *
 * @param host the name or address of an interface of this machine
 * @param port 0 takes a free one
 * @param plaintextBeyondLoopback whether others may reach it although nothing is encrypted
 */
public record ListenAddress(String host, int port, boolean plaintextBeyondLoopback) {
    /**
     * The address.
     *
     * @param encrypted whether only those get in who prove who they are, or know a secret that others do not see
     * @param risk what everyone could do otherwise, for example {@code who reaches the port read the exports}
     * @throws BlockException {@link Problem#INVALID_ARGUMENT} when there is no such host; {@link Problem#FORBIDDEN} when
     *     other machines reach it and it is neither encrypted nor allowed
     */
    public InetSocketAddress resolve(boolean encrypted, String risk) {
        InetAddress address;
        try {
            address = InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new BlockException(
                    Problem.INVALID_ARGUMENT, "cannot listen on " + this + ": there is no such host", e);
        }
        if (!address.isLoopbackAddress() && !encrypted && !plaintextBeyondLoopback) {
            throw new BlockException(
                    Problem.FORBIDDEN,
                    "listening on " + this + " without TLS would let everyone " + risk
                            + ", listen on a loopback address, or allow plain text with"
                            + " --allow-plaintext-beyond-loopback");
        }
        return new InetSocketAddress(address, port);
    }

    /** {@code host:port}, with an IPv6 address in brackets. */
    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
