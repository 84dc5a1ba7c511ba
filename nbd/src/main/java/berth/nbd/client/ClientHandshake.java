package berth.nbd.client;

import berth.block.BlockException;
import berth.block.Limits;
import berth.block.Problem;
import berth.nbd.Protocol;
import berth.posix.Errno;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;

/** The client's side of the haggling phase: fixed newstyle, structured replies and {@code base:allocation} if possible. */
final class ClientHandshake {
    private static final int MAX_REPLY_BYTES = 64 << 10;
    private static final int MAX_REPLIES = 1000;
    private static final int OPTION_HEADER_BYTES = 16;

    private final ServerInput in;
    private final WritableByteChannel out;
    private final byte[] export;
    private final String name;

    private boolean structured;
    private int allocationContext = -1;
    private long size = -1;
    private int flags;
    private int minBlock = 1;
    private int maxBytes = ExportInfo.DEFAULT_MAX_BYTES;

    ClientHandshake(ServerInput in, WritableByteChannel out, String export) {
        this.in = in;
        this.out = out;
        this.export = export.getBytes(StandardCharsets.UTF_8);
        this.name = export;
    }

    /** Haggles. @throws BlockException when the server does not have the export or does not give it */
    ExportInfo run() throws IOException {
        greet();
        structured = option(Protocol.OPT_STRUCTURED_REPLY, ByteBuffer.allocate(0)) == Protocol.REP_ACK;
        if (structured) {
            option(Protocol.OPT_SET_META_CONTEXT, metaContextRequest());
        }
        int reply = option(Protocol.OPT_GO, goRequest());
        if (reply != Protocol.REP_ACK) {
            throw refused(reply);
        }
        if (size < 0 || size > Limits.MAX_IMAGE_BYTES) {
            throw new BlockException(
                    Problem.UNSUPPORTED,
                    "NBD export '" + name + "' has " + Long.toUnsignedString(size)
                            + " bytes; at most 16 TiB (17592186044416) are possible");
        }
        return new ExportInfo(size, flags, minBlock, maxBytes, structured, allocationContext);
    }

    private void greet() throws IOException {
        if (in.readLong() != Protocol.INIT_MAGIC) {
            throw ServerViolation.of("it does not greet as an NBD server");
        }
        if (in.readLong() != Protocol.OPTION_MAGIC) {
            throw new BlockException(
                    Problem.UNSUPPORTED, "the NBD server speaks the protocol of before 2010 only (oldstyle)");
        }
        int serverFlags = in.readShort();
        if ((serverFlags & Protocol.FLAG_FIXED_NEWSTYLE) == 0) {
            throw new BlockException(Problem.UNSUPPORTED, "the NBD server does not speak fixed newstyle");
        }
        int both = Protocol.FLAG_FIXED_NEWSTYLE | Protocol.FLAG_NO_ZEROES;
        write(ByteBuffer.allocate(Integer.BYTES).putInt(serverFlags & both).flip());
    }

    private ByteBuffer metaContextRequest() {
        byte[] context = Protocol.BASE_ALLOCATION.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(3 * Integer.BYTES + export.length + context.length)
                .putInt(export.length)
                .put(export)
                .putInt(1)
                .putInt(context.length)
                .put(context)
                .flip();
    }

    private ByteBuffer goRequest() {
        return ByteBuffer.allocate(Integer.BYTES + export.length + 2 * Short.BYTES)
                .putInt(export.length)
                .put(export)
                .putShort((short) 1)
                .putShort((short) Protocol.INFO_BLOCK_SIZE)
                .flip();
    }

    /** Sends an option and takes its replies. Returns the type of the last one. */
    private int option(int option, ByteBuffer data) throws IOException {
        write(ByteBuffer.allocate(OPTION_HEADER_BYTES + data.remaining())
                .putLong(Protocol.OPTION_MAGIC)
                .putInt(option)
                .putInt(data.remaining())
                .put(data)
                .flip());
        for (int replies = 0; replies < MAX_REPLIES; replies++) {
            int type = reply(option);
            if (type == Protocol.REP_ACK || type < 0) {
                return type;
            }
        }
        throw ServerViolation.of("an option has more than " + MAX_REPLIES + " replies");
    }

    private int reply(int option) throws IOException {
        if (in.readLong() != Protocol.OPTION_REPLY_MAGIC || in.readInt() != option) {
            throw ServerViolation.of("a reply to an option does not begin as one");
        }
        int type = in.readInt();
        int length = in.readInt();
        if (length < 0 || length > MAX_REPLY_BYTES) {
            throw ServerViolation.of("a reply to an option has " + Integer.toUnsignedString(length) + " bytes");
        }
        ByteBuffer data = ByteBuffer.wrap(in.readBytes(length));
        if (type == Protocol.REP_META_CONTEXT && option == Protocol.OPT_SET_META_CONTEXT) {
            takeContext(data);
        } else if (type == Protocol.REP_INFO && option == Protocol.OPT_GO) {
            takeInfo(data);
        } else if (type > 0 && type != Protocol.REP_ACK) {
            throw ServerViolation.of("a reply of type " + type + " does not belong to option " + option);
        }
        return type;
    }

    private void takeContext(ByteBuffer data) {
        if (data.remaining() < Integer.BYTES) {
            throw ServerViolation.of("a metadata context has no id");
        }
        int id = data.getInt();
        if (StandardCharsets.US_ASCII.decode(data).toString().equals(Protocol.BASE_ALLOCATION)) {
            allocationContext = id;
        }
    }

    private void takeInfo(ByteBuffer data) {
        if (data.remaining() < Short.BYTES) {
            throw ServerViolation.of("an information has no type");
        }
        int type = data.getShort();
        if (type == Protocol.INFO_EXPORT && data.remaining() == Long.BYTES + Short.BYTES) {
            size = data.getLong();
            flags = Short.toUnsignedInt(data.getShort());
        } else if (type == Protocol.INFO_BLOCK_SIZE && data.remaining() == 3 * Integer.BYTES) {
            minBlock = data.getInt();
            data.getInt(); // what it prefers
            long most = Integer.toUnsignedLong(data.getInt());
            boolean possible = Integer.bitCount(minBlock) == 1
                    && minBlock > 0
                    && minBlock <= ExportInfo.LARGEST_MIN_BLOCK
                    && minBlock <= most;
            if (!possible) {
                throw ServerViolation.of(
                        "it asks for blocks of " + Integer.toUnsignedString(minBlock) + " to " + most + " bytes");
            }
            maxBytes = (int) Math.min(most, ExportInfo.DEFAULT_MAX_BYTES) / minBlock * minBlock;
        } else if (type == Protocol.INFO_EXPORT || type == Protocol.INFO_BLOCK_SIZE) {
            throw ServerViolation.of("an information of type " + type + " has the wrong length");
        }
    }

    private BlockException refused(int reply) {
        String what = "the NBD server does not give export '" + name + "': ";
        return switch (reply) {
            case Protocol.REP_ERR_UNKNOWN ->
                new BlockException(Problem.SOURCE_NOT_FOUND, what + "it has none of that name");
            case Protocol.REP_ERR_TLS_REQD ->
                new BlockException(
                        Problem.UNSUPPORTED,
                        what + "it wants TLS, which nbd streams do not have; use a tunnel, or a Unix socket");
            case Protocol.REP_ERR_POLICY -> BlockException.withErrno(Problem.IO, Errno.EACCES, what + "refused");
            case Protocol.REP_ERR_UNSUP ->
                new BlockException(Problem.UNSUPPORTED, what + "it does not know the option NBD_OPT_GO");
            default ->
                BlockException.withErrno(Problem.IO, Errno.EBADMSG, what + "error 0x" + Integer.toHexString(reply));
        };
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }
}
