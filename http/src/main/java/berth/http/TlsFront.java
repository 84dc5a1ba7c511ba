package berth.http;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import jdk.net.ExtendedSocketOptions;

/**
 * Ends TLS before a server of this machine, which gets what clients send as it is. The JDK's own HTTPS server does not do:
 * it overlooks requests that arrive together with the one before, and librbd sends many at a time. Safe for use by several
 * threads.
 */
final class TlsFront implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(TlsFront.class.getName());
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
    private static final Duration HANDSHAKE_TIME = Duration.ofSeconds(30);
    private static final int KEEP_ALIVE_SECONDS = 60;
    private static final int KEEP_ALIVE_PROBES = 10;
    /** More at a time are refused. */
    static final int MAX_CLIENTS = 512;

    private static final long PAUSE_NANOS = 100_000_000;

    private final ServerSocket listening;
    private final SSLContext context;
    private final InetSocketAddress behind;
    private final Set<Socket> clients = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private TlsFront(ServerSocket listening, SSLContext context, InetSocketAddress behind) {
        this.listening = listening;
        this.context = context;
        this.behind = behind;
    }

    /**
     * Starts to listen.
     *
     * @param context with the server's certificate
     * @param behind the server that gets what clients send
     */
    static TlsFront start(InetSocketAddress address, int backlog, SSLContext context, InetSocketAddress behind)
            throws IOException {
        ServerSocket listening = new ServerSocket();
        try {
            listening.setReuseAddress(true);
            listening.bind(address, backlog);
        } catch (IOException e) {
            listening.close();
            throw e;
        }
        TlsFront front = new TlsFront(listening, context, behind);
        front.threads.execute(front::accept);
        return front;
    }

    /** The port that it listens on. */
    int port() {
        return listening.getLocalPort();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                begin(listening.accept());
            } catch (IOException | OutOfMemoryError e) {
                if (!listening.isClosed()) {
                    LOG.log(System.Logger.Level.WARNING, "accepting a connection failed: " + e.getMessage());
                    LockSupport.parkNanos(PAUSE_NANOS); // Too many open files, for example, stay so for a while.
                }
            }
        }
    }

    private void begin(Socket client) {
        if (clients.size() >= MAX_CLIENTS) {
            LOG.log(System.Logger.Level.WARNING, "refused a connection: there are " + MAX_CLIENTS);
            closeQuietly(client);
            return;
        }
        clients.add(client);
        try {
            threads.execute(() -> serve(client));
        } catch (RejectedExecutionException e) {
            end(client); // It was closed meanwhile.
        }
    }

    private void end(Socket client) {
        closeQuietly(client);
        clients.remove(client);
    }

    private void serve(Socket client) {
        try (Socket server = new Socket()) {
            SSLSocket secure = handshake(client);
            server.setTcpNoDelay(true);
            server.connect(behind);
            Future<?> answers = threads.submit(() -> answer(server, secure, client));
            secure.getInputStream().transferTo(server.getOutputStream());
            server.shutdownOutput(); // The client has asked all, and still wants the answers.
            answers.get();
        } catch (IOException | RejectedExecutionException | ExecutionException e) {
            LOG.log(System.Logger.Level.DEBUG, "a connection failed: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            end(client);
        }
    }

    private SSLSocket handshake(Socket client) throws IOException {
        client.setTcpNoDelay(true);
        client.setKeepAlive(true); // Hosts that vanish must not stay, and nothing between may take it for idle.
        client.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, KEEP_ALIVE_SECONDS);
        client.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, KEEP_ALIVE_SECONDS);
        client.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, KEEP_ALIVE_PROBES);
        Future<?> deadline = threads.submit(() -> {
            Thread.sleep(HANDSHAKE_TIME);
            client.close();
            return null;
        });
        try {
            SSLSocket secure = (SSLSocket) context.getSocketFactory().createSocket(client, (InputStream) null, true);
            secure.setEnabledProtocols(PROTOCOLS);
            secure.startHandshake();
            return secure;
        } finally {
            deadline.cancel(true);
        }
    }

    /**
     * Ends both connections when that of the server ends, or the client takes no answers any more. The client's is cut: to say
     * goodbye could take for ever, and lengths of answers are known.
     */
    private static void answer(Socket server, SSLSocket secure, Socket client) {
        try (client;
                server) {
            server.getInputStream().transferTo(secure.getOutputStream());
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "an answer failed: " + e.getMessage());
        }
    }

    /** Ends all connections and stops to listen. */
    @Override
    public void close() {
        closeQuietly(listening);
        clients.forEach(TlsFront::closeQuietly);
        threads.shutdownNow();
    }

    private static void closeQuietly(Closeable socket) {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "closing a socket failed: " + e.getMessage());
        }
    }
}
