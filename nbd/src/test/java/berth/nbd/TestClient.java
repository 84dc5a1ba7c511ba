package berth.nbd;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A client that speaks NBD as literally as the test wants, right or wrong, over TCP. */
final class TestClient implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private DataInputStream in;
    private OutputStream out;

    /** A reply to an option. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    record OptionReply(int option, int type, byte[] data) {
        String text() {
            return new String(data, StandardCharsets.UTF_8);
        }
    }

    /** A reply to a request: simple when {@code type} is -1, else one chunk. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    record Reply(int flags, int type, int error, long cookie, byte[] data) {
        boolean structured() {
            return type >= 0;
        }
    }

    /** Connects and reads the greeting. */
    TestClient(NbdServer server) throws IOException {
        InetSocketAddress address = (InetSocketAddress) server.address();
        socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
        out = socket.getOutputStream();
        if (in.readLong() != Protocol.INIT_MAGIC || in.readLong() != Protocol.OPTION_MAGIC || in.readShort() != 3) {
            throw new IOException("not an NBD server");
        }
    }

    /** A client in the transmission phase, with structured replies and base:allocation. */
    static TestClient structured(NbdServer server, String export) throws IOException {
        TestClient client = new TestClient(server);
        client.flags(3);
        client.ack(Protocol.OPT_STRUCTURED_REPLY);
        client.option(Protocol.OPT_SET_META_CONTEXT, metaContext(export, Protocol.BASE_ALLOCATION));
        client.replies();
        client.go(export);
        return client;
    }

    /** A client in the transmission phase. */
    static TestClient of(NbdServer server, String export, boolean structured) throws IOException {
        return structured ? structured(server, export) : simple(server, export);
    }

    /** A client in the transmission phase, with simple replies. */
    static TestClient simple(NbdServer server, String export) throws IOException {
        TestClient client = new TestClient(server);
        client.flags(3);
        client.go(export);
        return client;
    }

    Socket socket() {
        return socket;
    }

    /** Goes on over another pair of streams, for TLS. */
    void switchTo(Socket secured) throws IOException {
        in = new DataInputStream(secured.getInputStream());
        out = secured.getOutputStream();
    }

    void flags(int flags) throws IOException {
        send(ByteBuffer.allocate(4).putInt(flags).array());
    }

    void send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    void option(int option, byte[] data) throws IOException {
        optionHeader(option, data.length, data);
    }

    /** An option whose length need not be that of its data. */
    void optionHeader(int option, int length, byte[] data) throws IOException {
        send(ByteBuffer.allocate(16 + data.length)
                .putLong(Protocol.OPTION_MAGIC)
                .putInt(option)
                .putInt(length)
                .put(data)
                .array());
    }

    OptionReply reply() throws IOException {
        if (in.readLong() != Protocol.OPTION_REPLY_MAGIC) {
            throw new IOException("not an option reply");
        }
        return new OptionReply(in.readInt(), in.readInt(), in.readNBytes(in.readInt()));
    }

    /** The replies up to the final one. */
    List<OptionReply> replies() throws IOException {
        List<OptionReply> replies = new ArrayList<>();
        do {
            replies.add(reply());
        } while (replies.getLast().type() > Protocol.REP_ACK);
        return replies;
    }

    /** Sends an option without data and wants it acknowledged. */
    void ack(int option) throws IOException {
        option(option, new byte[0]);
        int type = reply().type();
        if (type != Protocol.REP_ACK) {
            throw new IOException("option " + option + " was answered with " + Integer.toHexString(type));
        }
    }

    void go(String export) throws IOException {
        option(Protocol.OPT_GO, info(export));
        OptionReply last = replies().getLast();
        if (last.type() != Protocol.REP_ACK) {
            throw new IOException("GO was answered with " + last.text());
        }
    }

    static byte[] info(String export, int... requests) {
        byte[] name = export.getBytes(StandardCharsets.UTF_8);
        ByteBuffer data = ByteBuffer.allocate(6 + name.length + 2 * requests.length)
                .putInt(name.length)
                .put(name)
                .putShort((short) requests.length);
        for (int request : requests) {
            data.putShort((short) request);
        }
        return data.array();
    }

    static byte[] metaContext(String export, String... queries) {
        byte[] name = export.getBytes(StandardCharsets.UTF_8);
        ByteBuffer data =
                ByteBuffer.allocate(4096).putInt(name.length).put(name).putInt(queries.length);
        for (String query : queries) {
            byte[] bytes = query.getBytes(StandardCharsets.UTF_8);
            data.putInt(bytes.length).put(bytes);
        }
        byte[] result = new byte[data.position()];
        data.flip().get(result);
        return result;
    }

    static byte[] request(int flags, int type, long cookie, long offset, long length) {
        return ByteBuffer.allocate(28)
                .putInt(Protocol.REQUEST_MAGIC)
                .putShort((short) flags)
                .putShort((short) type)
                .putLong(cookie)
                .putLong(offset)
                .putInt((int) length)
                .array();
    }

    void ask(int flags, int type, long cookie, long offset, long length, byte... payload) throws IOException {
        send(concat(request(flags, type, cookie, offset, length), payload));
    }

    static byte[] concat(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteBuffer all = ByteBuffer.allocate(length);
        for (byte[] part : parts) {
            all.put(part);
        }
        return all.array();
    }

    /** The next reply or chunk; the data of a simple reply to a read are those {@code dataBytes}. */
    Reply answer(int dataBytes) throws IOException {
        int magic = in.readInt();
        if (magic == Protocol.SIMPLE_REPLY_MAGIC) {
            int error = in.readInt();
            long cookie = in.readLong();
            return new Reply(1, -1, error, cookie, in.readNBytes(error == 0 ? dataBytes : 0));
        }
        if (magic != Protocol.STRUCTURED_REPLY_MAGIC) {
            throw new IOException("not a reply: " + Integer.toHexString(magic));
        }
        int flags = in.readUnsignedShort();
        int type = in.readUnsignedShort();
        long cookie = in.readLong();
        byte[] data = in.readNBytes(in.readInt());
        int error = type == Protocol.REPLY_TYPE_ERROR ? ByteBuffer.wrap(data).getInt() : 0;
        return new Reply(flags, type, error, cookie, data);
    }

    /** Sends a request without payload; the error of its reply. */
    int error(int flags, int type, long offset, long length) throws IOException {
        ask(flags, type, 1, offset, length);
        return answer(0).error();
    }

    int write(long offset, byte[] data) throws IOException {
        ask(0, 1, 2, offset, data.length, data);
        return answer(0).error();
    }

    /** Reads with whatever kind of reply was negotiated. */
    byte[] read(long offset, int length) throws IOException {
        ask(0, 0, 3, offset, length);
        Reply reply = answer(length);
        if (reply.error() != 0) {
            throw new IOException("read failed with " + reply.error());
        }
        byte[] data = reply.data();
        return reply.structured() ? Arrays.copyOfRange(data, 8, data.length) : data;
    }

    /** The bytes until the server closes the connection. */
    byte[] rest() throws IOException {
        return in.readAllBytes();
    }

    /** Whether the server closes the connection without another word. */
    boolean isDropped() throws IOException {
        try {
            return in.read() < 0;
        } catch (EOFException | SocketException _) {
            return true;
        }
    }

    /** Closes the connection without a goodbye. */
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
