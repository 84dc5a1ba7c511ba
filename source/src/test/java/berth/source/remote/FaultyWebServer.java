package berth.source.remote;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A web server with one file at every address, which goes wrong as often as it is told to. */
public final class FaultyWebServer implements AutoCloseable {
    private static final String PROBE = "bytes=0-0";
    /** Another end of the head would move the body, which nobody could tell from another body. */
    private static final int HEAD_END_BYTES = 4;

    private static final byte[] INTERESTING = "\0\r\n:-/*,09aZ \t\"\u007f".getBytes(StandardCharsets.US_ASCII);

    private final ServerSocket socket = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    private volatile byte[] file;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicInteger faults = new AtomicInteger();
    private final List<Map<String, String>> requests = new CopyOnWriteArrayList<>();
    private volatile RemoteFault fault = RemoteFault.FAILS;
    private volatile @Nullable Random garbage;
    private volatile String etag = "\"one\"";

    /** @param file what is at every address */
    public FaultyWebServer(byte[] file) throws IOException {
        this.file = file.clone();
        Thread.ofVirtual().start(this::accept);
    }

    /** The address of the file. */
    public String url() {
        return "http://127.0.0.1:" + socket.getLocalPort() + "/bucket/image.raw";
    }

    /** The next so many requests for data go wrong. */
    public void goWrong(RemoteFault next, int times) {
        fault = next;
        faults.set(times);
    }

    /** The file is another one from now on. */
    public void change() {
        etag = "\"two\"";
    }

    /** The file is another one of the same length from now on, and the server does not say so. */
    public void changeInSecret(byte[] other) {
        file = other.clone();
    }

    /** From now on up to three bytes of each answer's head are wrong. */
    void garble(long seed) {
        garbage = new Random(seed);
    }

    /** The headers of the requests so far, with lower-case names; {@code :line} is the first line. */
    List<Map<String, String>> requests() {
        return List.copyOf(requests);
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            Map<String, String> request = read(client);
            if (request == null) {
                return;
            }
            requests.add(request);
            boolean wrong = request.getOrDefault(":line", "").startsWith("GET")
                    && !PROBE.equals(request.get("range"))
                    && faults.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
            answer(client, request, wrong ? fault : null);
        } catch (IOException | InterruptedException e) {
            // The client has gone, which is its right.
        }
    }

    private static @Nullable Map<String, String> read(Socket client) throws IOException {
        BufferedReader in =
                new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
        String line = in.readLine();
        if (line == null) {
            return null;
        }
        Map<String, String> request = new HashMap<>(Map.of(":line", line));
        for (String next = in.readLine(); next != null && !next.isEmpty(); next = in.readLine()) {
            String[] header = next.split(": *", 2);
            request.put(header[0].toLowerCase(Locale.ROOT), header.length > 1 ? header[1] : "");
        }
        return request;
    }

    /**
     * An answer.
     *
     * @param promised the length that it claims
     * @param size the size of the file that it claims
     */
    private record Answer(int from, int length, int promised, int size, String etag, String time) {}

    private void answer(Socket client, Map<String, String> request, @Nullable RemoteFault wrong)
            throws IOException, InterruptedException {
        OutputStream out = client.getOutputStream();
        if (request.get(":line").startsWith("HEAD")) {
            head(out, "200 OK", "Content-Length: " + file.length + "\r\n", etag, "Thu, 01");
            return;
        }
        String range = request.getOrDefault("range", "bytes=0-" + (file.length - 1));
        int dash = range.indexOf('-');
        int from = Integer.parseInt(range.substring("bytes=".length(), dash));
        int length = Math.min(Integer.parseInt(range.substring(dash + 1)), file.length - 1) - from + 1;
        Answer right = new Answer(from, length, length, file.length, etag, "Thu, 01");
        if (wrong == null) {
            send(out, right);
        } else {
            goWrong(client, out, right, wrong);
        }
    }

    private void goWrong(Socket client, OutputStream out, Answer right, RemoteFault wrong)
            throws IOException, InterruptedException {
        int from = right.from;
        int n = right.length;
        switch (wrong) {
            case REFUSES -> status(out, "403 Forbidden");
            case REFUSES_AT_LENGTH -> {
                out.write("HTTP/1.1 403 Forbidden\r\n\r\n<Error><Code>".getBytes(StandardCharsets.US_ASCII));
                byte[] more = "<Message>No.</Message>".repeat(1000).getBytes(StandardCharsets.US_ASCII);
                while (closed.getCount() > 0) {
                    out.write(more);
                }
            }
            case WANTS_LOGIN -> status(out, "401 Unauthorized");
            case MISSING -> status(out, "404 Not Found");
            case OVERLOADED -> status(out, "429 Too Many Requests\r\nRetry-After: 86400");
            case FAILS -> status(out, "500 Internal Server Error");
            case PRECONDITION_FAILS -> status(out, "412 Precondition Failed");
            case RESETS -> client.setSoLinger(true, 0);
            case STALLS -> closed.await(1, TimeUnit.MINUTES);
            case STALLS_IN_BODY -> {
                send(out, new Answer(from, n / 2, n, right.size, right.etag, right.time));
                closed.await(1, TimeUnit.MINUTES);
            }
            case TRICKLES_HEAD -> {
                out.write("HTTP/1.1 206 Partial Content\r\nX-Long: ".getBytes(StandardCharsets.US_ASCII));
                trickle(out);
            }
            case TRICKLES -> {
                send(out, new Answer(from, 0, n, right.size, right.etag, right.time));
                trickle(out);
            }
            case ENDS_EARLY -> send(out, new Answer(from, n / 2, n, right.size, right.etag, right.time));
            case SENDS_LESS -> send(out, new Answer(from, n - 1, n - 1, right.size, right.etag, right.time));
            case SENDS_MORE -> {
                head(out, "206 Partial Content", range(right) + "Transfer-Encoding: chunked\r\n", etag, "Thu, 01");
                out.write((Integer.toHexString(n + 1) + "\r\n").getBytes(StandardCharsets.US_ASCII));
                out.write(new byte[n + 1]);
                out.write("\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            }
            case SENDS_ELSEWHERE -> send(out, new Answer(from + 1, n, n, right.size + 1, right.etag, right.time), -1);
            case SENDS_GARBAGE -> out.write(new byte[] {0, 1, 2, 3, '\r', '\n', '\r', '\n', 'x'});
            case OTHER_ETAG -> send(out, new Answer(from, n, n, right.size, "\"other\"", right.time));
            case OTHER_SIZE -> send(out, new Answer(from, n, n, right.size + 1, right.etag, right.time));
            case OTHER_TIME -> send(out, new Answer(from, n, n, right.size, right.etag, "Fri, 02"));
            case IGNORES_RANGE -> {
                head(out, "200 OK", "Content-Length: " + file.length + "\r\n", right.etag, right.time);
                out.write(file);
            }
        }
    }

    private void trickle(OutputStream out) throws IOException, InterruptedException {
        while (!closed.await(20, TimeUnit.MILLISECONDS)) {
            out.write('x');
            out.flush();
        }
    }

    private void send(OutputStream out, Answer answer) throws IOException {
        send(out, answer, 0);
    }

    private void send(OutputStream out, Answer answer, int sizeChange) throws IOException {
        Answer claimed = new Answer(
                answer.from, answer.length, answer.promised, answer.size + sizeChange, answer.etag, answer.time);
        head(
                out,
                "206 Partial Content",
                range(claimed) + "Content-Length: " + claimed.promised + "\r\n",
                claimed.etag,
                claimed.time);
        byte[] body = new byte[answer.length];
        System.arraycopy(file, answer.from, body, 0, Math.min(body.length, file.length - answer.from));
        out.write(body);
        out.flush();
    }

    private static String range(Answer answer) {
        return "Content-Range: bytes " + answer.from + "-" + (answer.from + answer.promised - 1) + "/" + answer.size
                + "\r\n";
    }

    private void head(OutputStream out, String status, String more, String etag, String day) throws IOException {
        String head = "HTTP/1.1 " + status + "\r\nConnection: close\r\nETag: " + etag + "\r\nLast-Modified: " + day
                + " Jan 2026 00:00:00 GMT\r\n" + more + "\r\n";
        out.write(garbled(head.getBytes(StandardCharsets.US_ASCII)));
    }

    private byte[] garbled(byte[] head) {
        Random source = garbage;
        if (source != null) {
            synchronized (source) {
                for (int n = source.nextInt(4); n > 0; n--) {
                    head[source.nextInt(head.length - HEAD_END_BYTES)] =
                            INTERESTING[source.nextInt(INTERESTING.length)];
                }
            }
        }
        return head;
    }

    private static void status(OutputStream out, String status) throws IOException {
        out.write(("HTTP/1.1 " + status + "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        socket.close();
    }
}
