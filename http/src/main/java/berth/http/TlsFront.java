package berth.http;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * Ends TLS before a server of this machine, which gets what clients send as it is. The JDK's own HTTPS server does not do:
 * it overlooks requests that arrive together with the one before, and librbd sends many at a time. Safe for use by several
 * threads.
 */
final class TlsFront implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(TlsFront.class.getName());
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
    private static final int HANDSHAKE_MILLIS = 30_000;
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
                Socket client = listening.accept();
                threads.execute(() -> serve(client));
            } catch (IOException e) {
                if (!listening.isClosed()) {
                    LOG.log(System.Logger.Level.WARNING, "accepting a connection failed: " + e.getMessage());
                    LockSupport.parkNanos(PAUSE_NANOS); // Too many open files, for example, stay so for a while.
                }
            }
        }
    }

    private void serve(Socket client) {
        clients.add(client);
        try (client;
                Socket server = new Socket()) {
            if (listening.isClosed()) {
                return; // Nobody else would close it any more.
            }
            SSLSocket secure = handshake(client);
            server.setTcpNoDelay(true);
            server.connect(behind);
            threads.execute(() -> answer(server, secure));
            secure.getInputStream().transferTo(server.getOutputStream());
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a connection failed: " + e.getMessage());
        } finally {
            clients.remove(client);
        }
    }

    private SSLSocket handshake(Socket client) throws IOException {
        client.setTcpNoDelay(true);
        client.setKeepAlive(true); // Hosts that vanish must not stay for ever.
        client.setSoTimeout(HANDSHAKE_MILLIS);
        SSLSocket secure = (SSLSocket) context.getSocketFactory().createSocket(client, (InputStream) null, true);
        secure.setEnabledProtocols(PROTOCOLS);
        secure.startHandshake();
        client.setSoTimeout(0);
        return secure;
    }

    /** Ends the client's connection when that of the server ends. */
    private static void answer(Socket server, SSLSocket client) {
        try (client) {
            server.getInputStream().transferTo(client.getOutputStream());
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
