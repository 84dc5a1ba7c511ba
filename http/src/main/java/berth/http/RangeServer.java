package berth.http;

import berth.block.BlockException;
import berth.block.ListenAddress;
import berth.block.Problem;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/**
 * Serves {@link VirtualQcow2} files over HTTP or HTTPS, read-only, with ranges. Who knows a file's URL can read it, and
 * nobody can guess one. Safe for use by several threads.
 */
public final class RangeServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(RangeServer.class.getName());
    private static final int TOKEN_BYTES = 16;
    private static final int CHUNK_BYTES = 4 << 20;
    private static final int BACKLOG = 64;
    private static final String NAME = "/disk.qcow2";
    private static final String IDLE_SECONDS = Long.toString(Duration.ofDays(30).toSeconds());

    static {
        // Without it every answer waits for the client's delayed acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final HttpServer server;
    private final Optional<TlsFront> front;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final String host;
    private final Duration patience;
    private final Map<String, PatientFile> files = new ConcurrentHashMap<>();

    private RangeServer(HttpServer server, Optional<TlsFront> front, String host, Duration patience) {
        this.server = server;
        this.front = front;
        this.host = host;
        this.patience = patience;
    }

    /**
     * Starts to listen.
     *
     * @param address where
     * @param host the name or address by which clients reach this machine, for {@link #url}
     * @param patience how long a request waits for a source that does not answer; after that it fails
     * @param tls has the certificate of this server, when it is to encrypt
     * @throws BlockException {@link Problem#FORBIDDEN} when others reach the address and that is not allowed;
     *     {@link Problem#IO} when it cannot be listened on
     */
    public static RangeServer start(ListenAddress address, String host, Duration patience, Optional<SSLContext> tls) {
        InetSocketAddress socket = address.resolve(tls.isPresent(), "who sees the URL read the disk");
        RangeServer started;
        try {
            started = tls.isPresent()
                    ? startEncrypted(socket, tls.get(), host, patience)
                    : new RangeServer(HttpServer.create(socket, BACKLOG), Optional.empty(), host, patience);
        } catch (IOException e) {
            throw new BlockException(Problem.IO, "cannot listen on " + address + ": " + e.getMessage(), e);
        }
        started.server.createContext("/", started::answer);
        started.server.setExecutor(started.threads);
        started.server.start();
        return started;
    }

    private static RangeServer startEncrypted(InetSocketAddress socket, SSLContext tls, String host, Duration patience)
            throws IOException {
        // Over TLS librbd does not come back when a connection was closed, and an image can be idle for long. The JDK
        // looks at these once, when the first server of the process is made.
        System.setProperty("sun.net.httpserver.idleInterval", IDLE_SECONDS);
        System.setProperty("sun.net.httpserver.maxIdleConnections", Integer.toString(TlsFront.MAX_CLIENTS));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
        try {
            TlsFront front = TlsFront.start(socket, BACKLOG, tls, server.getAddress());
            return new RangeServer(server, Optional.of(front), host, patience);
        } catch (IOException e) {
            server.stop(0);
            throw e;
        }
    }

    /** A name that nobody can guess, to {@linkplain #add add} a file under. */
    public static String newToken() {
        byte[] token = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(token);
        return HexFormat.of().formatHex(token);
    }

    /** Shows a file; one that had the token before is replaced. */
    public void add(String token, VirtualQcow2 file) {
        files.put(token, new PatientFile(file, patience));
    }

    /** Shows a file no longer. */
    public void remove(String token) {
        files.remove(token);
    }

    /** Where clients find a file. */
    public URI url(String token) {
        String scheme = front.isPresent() ? "https" : "http";
        int port = front.map(TlsFront::port).orElse(server.getAddress().getPort());
        return URI.create(scheme + "://" + new ListenAddress(host, port, false) + "/" + token + NAME);
    }

    /** The token in a URL of this server; empty when it is not one. */
    public Optional<String> token(URI url) {
        String path = Optional.ofNullable(url.getPath()).orElse("");
        Optional<String> token =
                path.endsWith(NAME) ? Optional.of(path.substring(1, path.length() - NAME.length())) : Optional.empty();
        return token.filter(text -> url(text).equals(url));
    }

    /** Ends all requests and stops to listen. */
    @Override
    public void close() {
        front.ifPresent(TlsFront::close);
        server.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            PatientFile file = path.endsWith(NAME) ? files.get(path.substring(1, path.length() - NAME.length())) : null;
            if (file == null) {
                // Librbd takes what is not found for zeroes, and what a token stands for may only not be known yet.
                exchange.sendResponseHeaders(503, -1);
                return;
            }
            switch (exchange.getRequestMethod()) {
                case "HEAD" -> head(exchange, file);
                case "GET" -> get(exchange, file);
                default -> {
                    exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                    exchange.sendResponseHeaders(405, -1);
                }
            }
        }
    }

    private static void head(HttpExchange exchange, PatientFile file) throws IOException {
        Headers headers = headers(exchange);
        headers.set("Content-Length", Long.toString(file.size()));
        exchange.sendResponseHeaders(200, -1);
    }

    private static Headers headers(HttpExchange exchange) {
        Headers headers = exchange.getResponseHeaders();
        headers.set("Accept-Ranges", "bytes");
        headers.set("Content-Type", "application/octet-stream");
        return headers;
    }

    /** The first bytes are read before the status is sent, so that a source that fails is an error and no short body. */
    private static void get(HttpExchange exchange, PatientFile file) throws IOException {
        String asked = exchange.getRequestHeaders().getFirst("Range");
        Optional<ByteRange> range = asked == null ? Optional.empty() : ByteRange.parse(asked, file.size());
        if (asked != null && range.isEmpty()) {
            headers(exchange).set("Content-Range", "bytes */" + file.size());
            exchange.sendResponseHeaders(416, -1);
            return;
        }
        ByteRange wanted = range.orElseGet(() -> new ByteRange(0, file.size()));
        byte[] chunk = new byte[(int) Math.min(CHUNK_BYTES, wanted.length())];
        try {
            file.read(wanted.offset(), ByteBuffer.wrap(chunk));
        } catch (BlockException e) {
            LOG.log(System.Logger.Level.WARNING, "reading " + wanted + " of a source failed: " + e.getMessage());
            exchange.sendResponseHeaders(500, -1);
            return;
        }
        if (range.isPresent()) {
            headers(exchange).set("Content-Range", wanted.contentRange(file.size()));
        }
        exchange.sendResponseHeaders(range.isPresent() ? 206 : 200, wanted.length());
        send(exchange.getResponseBody(), file, wanted, chunk);
    }

    private static void send(OutputStream out, PatientFile file, ByteRange wanted, byte[] chunk) throws IOException {
        out.write(chunk);
        long done = chunk.length;
        while (done < wanted.length()) {
            int n = (int) Math.min(chunk.length, wanted.length() - done);
            try {
                file.read(wanted.offset() + done, ByteBuffer.wrap(chunk, 0, n));
            } catch (BlockException e) {
                // The body stays short, which the client notices.
                throw new IOException("reading a source failed", e);
            }
            out.write(chunk, 0, n);
            done += n;
        }
    }
}
