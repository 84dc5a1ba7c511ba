package berth.source.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;

/** A well-behaved web server that gives out ranges of files in a directory. */
public final class TestWebServer implements AutoCloseable {
    private final HttpServer server;
    private final String scheme;
    private final Path directory;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, String> redirects = new ConcurrentHashMap<>();
    private final List<Optional<String>> authorizations = new CopyOnWriteArrayList<>();
    private final List<String> queries = new CopyOnWriteArrayList<>();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
    private volatile boolean ranges = true;
    private volatile String authorization = "";

    /**
     * Serves over http.
     *
     * @param port a free one when 0
     */
    public TestWebServer(Path directory, int port) throws IOException {
        this(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0), "http", directory);
    }

    /** Serves over https. */
    public TestWebServer(Path directory, SSLContext tls) throws IOException {
        HttpsServer secure = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        secure.setHttpsConfigurator(new HttpsConfigurator(tls));
        this(secure, "https", directory);
    }

    private TestWebServer(HttpServer server, String scheme, Path directory) {
        this.server = server;
        this.scheme = scheme;
        this.directory = directory;
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    /** The address of a file. */
    public String url(String name) {
        return scheme + "://127.0.0.1:" + port() + "/" + name;
    }

    /** The port. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** Answers every request with the whole file. */
    public void withoutRanges() {
        ranges = false;
    }

    /** Refuses requests from the one after so many on, until this is called again. */
    public void refuseAfter(int served) {
        left.set(served);
    }

    /** Wants this header of all requests. */
    public void requireAuthorization(String header) {
        authorization = header;
    }

    /** Sends those who ask for a path elsewhere. */
    public void redirect(String path, String location) {
        redirects.put(path, location);
    }

    /** The Authorization headers of the requests so far. */
    public List<Optional<String>> authorizations() {
        return List.copyOf(authorizations);
    }

    /** The queries of the requests so far, as they were sent; those without one are left out. */
    public List<String> queries() {
        return List.copyOf(queries);
    }

    /** How many requests have come. */
    public int requests() {
        return requests.get();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            requests.incrementAndGet();
            String given = exchange.getRequestHeaders().getFirst("Authorization");
            authorizations.add(Optional.ofNullable(given));
            Optional.ofNullable(exchange.getRequestURI().getRawQuery()).ifPresent(queries::add);
            String location = redirects.get(exchange.getRequestURI().getPath());
            Path file = directory.resolve(exchange.getRequestURI().getPath().substring(1));
            if (left.getAndUpdate(n -> Math.max(0, n - 1)) == 0) {
                exchange.sendResponseHeaders(403, -1);
            } else if (!authorization.isEmpty() && !authorization.equals(given)) {
                exchange.sendResponseHeaders(401, -1);
            } else if (location != null) {
                exchange.getResponseHeaders().set("Location", location);
                exchange.sendResponseHeaders(302, -1);
            } else if (!Files.exists(file)) {
                exchange.sendResponseHeaders(404, -1);
            } else {
                send(exchange, file);
            }
        }
    }

    private void send(HttpExchange exchange, Path file) throws IOException {
        long size = Files.size(file);
        String etag = "\"" + Files.getLastModifiedTime(file).toMillis() + "-" + size + "\"";
        exchange.getResponseHeaders().set("ETag", etag);
        String range = exchange.getRequestHeaders().getFirst("Range");
        String match = exchange.getRequestHeaders().getFirst("If-Match");
        if (match != null && !match.equals(etag)) {
            exchange.sendResponseHeaders(412, -1);
        } else if (range == null || !ranges) {
            exchange.sendResponseHeaders(200, size);
            Files.copy(file, exchange.getResponseBody());
        } else if (size == 0) {
            exchange.getResponseHeaders().set("Content-Range", "bytes */0");
            exchange.sendResponseHeaders(416, -1);
        } else {
            sendRange(exchange, file, range.substring("bytes=".length()), size);
        }
    }

    private static void sendRange(HttpExchange exchange, Path file, String range, long size) throws IOException {
        long first = Long.parseLong(range.substring(0, range.indexOf('-')));
        long last = Math.min(size - 1, Long.parseLong(range.substring(range.indexOf('-') + 1)));
        exchange.getResponseHeaders().set("Content-Range", "bytes " + first + "-" + last + "/" + size);
        exchange.sendResponseHeaders(206, last - first + 1);
        try (InputStream in = Files.newInputStream(file)) {
            in.skipNBytes(first);
            exchange.getResponseBody().write(in.readNBytes((int) (last - first + 1)));
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
