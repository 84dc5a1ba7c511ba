package berth.bench;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A connection that keeps an export open, as the NBD protocol document has it: newstyle-fixed, NBD_OPT_GO, simple replies.
 */
final class NbdClient implements AutoCloseable {
    private static final long OPTION_MAGIC = 0x49484156454F5054L;
    private static final long OPTION_REPLY_MAGIC = 0x3e889045565a9L;
    private static final int REQUEST_MAGIC = 0x25609513;
    private static final int SIMPLE_REPLY_MAGIC = 0x67446698;
    private static final int FIXED_NEWSTYLE_AND_NO_ZEROES = 3;
    private static final int OPTION_GO = 7;
    private static final int REPLY_ACK = 1;
    private static final int COMMAND_WRITE = 1;
    private static final int GREETING_BYTES = 18;
    private static final int MAX_REPLY_BYTES = 64 << 10;

    private final SocketChannel channel;
    private final DataInputStream in;
    private final DataOutputStream out;

    private NbdClient(SocketChannel channel) {
        this.channel = channel;
        in = new DataInputStream(Channels.newInputStream(channel));
        out = new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel)));
    }

    /** Connects and opens an export. */
    static NbdClient open(Path socket, String export) {
        NbdClient client = connect(socket);
        try {
            client.negotiate(export);
            return client;
        } catch (IOException e) {
            client.close();
            throw new BenchException("cannot open export " + export + ": " + e.getMessage(), e);
        }
    }

    private static NbdClient connect(Path socket) {
        try {
            return new NbdClient(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
        } catch (IOException e) {
            throw new BenchException("cannot connect to " + socket + ": " + e.getMessage(), e);
        }
    }

    /** Writes bytes and waits for the answer. */
    void write(long offset, byte[] bytes) {
        try {
            out.writeInt(REQUEST_MAGIC);
            out.writeInt(COMMAND_WRITE);
            out.writeLong(offset); // the cookie
            out.writeLong(offset);
            out.writeInt(bytes.length);
            out.write(bytes);
            out.flush();
            require(in.readInt() == SIMPLE_REPLY_MAGIC, "a simple reply");
            require(in.readInt() == 0, "a write without error");
            require(in.readLong() == offset, "the cookie of the request");
        } catch (IOException e) {
            throw new BenchException("cannot write: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new BenchException("cannot close a connection: " + e.getMessage(), e);
        }
    }

    private void negotiate(String export) throws IOException {
        in.skipNBytes(GREETING_BYTES);
        byte[] name = export.getBytes(StandardCharsets.UTF_8);
        out.writeInt(FIXED_NEWSTYLE_AND_NO_ZEROES);
        out.writeLong(OPTION_MAGIC);
        out.writeInt(OPTION_GO);
        out.writeInt(Integer.BYTES + name.length + Short.BYTES);
        out.writeInt(name.length);
        out.write(name);
        out.writeShort(0); // no information requests
        out.flush();
        int type;
        do {
            require(in.readLong() == OPTION_REPLY_MAGIC, "an option reply");
            in.readInt(); // the option
            type = in.readInt();
            int length = in.readInt();
            require(type > 0 && length >= 0 && length <= MAX_REPLY_BYTES, "an acknowledgement of " + export);
            in.skipNBytes(length);
        } while (type != REPLY_ACK);
    }

    private static void require(boolean condition, String expected) {
        if (!condition) {
            throw new BenchException("the NBD server did not send " + expected);
        }
    }
}
