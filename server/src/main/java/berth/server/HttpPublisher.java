package berth.server;

import berth.block.BlockException;
import berth.block.ListenAddress;
import berth.block.Problem;
import berth.block.Source;
import berth.ceph.Publisher;
import berth.http.RangeServer;
import berth.http.VirtualQcow2;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/** Shows sources to librbd over HTTP or HTTPS for as long as it is open. Safe for use by several threads. */
public final class HttpPublisher implements Publisher, AutoCloseable {
    /** How long the reads of machines wait for a source that does not answer, before they fail. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final RangeServer server;

    private HttpPublisher(RangeServer server) {
        this.server = server;
    }

    /**
     * Starts to listen.
     *
     * @param host the name or address by which clients reach this machine; that of the address when empty
     * @param tls has the certificate of this server, when it is to encrypt
     * @throws BlockException {@link Problem#INVALID_ARGUMENT} when clients could not know where to go; see also {@link
     *     RangeServer#start}
     */
    public static HttpPublisher start(ListenAddress address, Optional<String> host, Optional<SSLContext> tls) {
        if (host.isEmpty() && isWildcard(address.host())) {
            throw new BlockException(
                    Problem.INVALID_ARGUMENT,
                    "clients cannot reach " + address.host()
                            + ": say with --host by which name or address they reach this machine");
        }
        return new HttpPublisher(RangeServer.start(address, host.orElse(address.host()), PATIENCE, tls));
    }

    private static boolean isWildcard(String host) {
        try {
            return InetAddress.getByName(host).isAnyLocalAddress();
        } catch (UnknownHostException e) {
            return false; // Listening says so.
        }
    }

    @Override
    public URI publish(Source source) {
        return publish(RangeServer.newToken(), source);
    }

    /**
     * Shows a source under a token that {@link RangeServer#newToken} gave some time ago.
     *
     * @throws BlockException {@link Problem#UNSUPPORTED} for a source that librbd would not copy right
     */
    public URI publish(String token, Source source) {
        VirtualQcow2.requireRightInLibrbd(source);
        server.add(token, new VirtualQcow2(source));
        return server.url(token);
    }

    /** Shows a source at a URL that it had before. @return whether the URL is of this server */
    public boolean publishAgain(URI url, Source source) {
        Optional<String> token = server.token(url);
        token.ifPresent(known -> publish(known, source));
        return token.isPresent();
    }

    /** Whether a URL is of this server. */
    public boolean serves(URI url) {
        return server.token(url).isPresent();
    }

    /** Shows nothing at a URL any more. */
    public void withdraw(URI url) {
        server.token(url).ifPresent(server::remove);
    }

    @Override
    public void close() {
        server.close();
    }
}
