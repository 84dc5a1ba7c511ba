package berth.nbd;

import berth.block.BlockDevice;
import berth.block.BlockException;
import berth.block.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The transmission phase of a connection, as one of its threads does it: takes a request, executes it, answers, and takes the
 * next one. A thread that is alone executes requests in the order of arrival and answers all that had been received with one
 * write. Run by its thread.
 */
final class Transmission {
    private static final System.Logger LOG = System.getLogger(Transmission.class.getName());

    /** The longest payload that may wait in the inbox for its rest; longer ones are received straight into chunks. */
    private static final int MAX_INBOX_PAYLOAD_BYTES = 32 << 10;

    /** The longest read that is answered from the outbox. */
    private static final int MAX_OUTBOX_PAYLOAD_BYTES = 128 << 10;

    /** The longest refused payload that is skipped to keep the connection. */
    private static final long MAX_SKIPPED_BYTES = 2L * Protocol.MAX_PAYLOAD_BYTES;

    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);

    private final Lanes lanes;
    private final Inbox inbox;
    private final Outbox outbox;
    private final Session session;
    private final BlockDevice device;
    private final Replies replies;
    private final Payload payload;
    private final Request request = new Request();
    private final BlockStatus blockStatus = new BlockStatus();
    /** What the request wants; null when nobody knows its type. */
    private @Nullable Command command;

    private @Nullable Refusal refusal;
    /** The payload of a write that needs no chunks. */
    private ByteBuffer small = NOTHING;

    private @Nullable ByteBuffer keeper;
    private int reservedChunks;

    /**
     * One of a connection's threads.
     *
     * @param inbox is used while it is this thread's turn
     * @param outbox is this thread's own
     */
    Transmission(Lanes lanes, Inbox inbox, Outbox outbox, Session session, ChunkPool pool) {
        this.lanes = lanes;
        this.inbox = inbox;
        this.outbox = outbox;
        this.session = session;
        this.device = session.export().device();
        this.replies = new Replies(outbox, session.structured());
        this.payload = new Payload(pool);
    }

    /** Serves until the client disconnects, or others are enough. What the client still has to get is in the outbox. */
    void run() throws IOException {
        Lanes.Intake intake = this::take;
        try {
            while (lanes.next(intake)) {
                serve();
                clear();
                if (lanes.areSeveral()) {
                    outbox.send();
                }
            }
        } finally {
            clear();
        }
    }

    /** Takes a request with its payload. */
    private boolean take() throws IOException {
        int need = Protocol.REQUEST_BYTES;
        do {
            if (!receive(need)) {
                return false;
            }
            request.decode(inbox.buffer(), inbox.start());
            command = Command.of(request.type());
            need = bytesOfRequest();
        } while (inbox.available() < need);
        inbox.take(Protocol.REQUEST_BYTES);
        if (command == Command.DISC) {
            return false;
        }
        refusal = command == null
                ? new Refusal(NbdError.EINVAL, "command " + request.type() + " is not known")
                : Refusal.of(command, request, session);
        if (refusal == null) {
            reserveChunks();
        }
        if (command == Command.WRITE) {
            takePayload();
        }
        return true;
    }

    /** Before it waits for the client, everything is sent that the client may be waiting for. */
    private boolean receive(int need) throws IOException {
        if (inbox.available() >= need) {
            return true;
        }
        outbox.send();
        return !lanes.areStopping() && inbox.fill(need);
    }

    /** How much of the request has to be in the inbox before it is served. */
    private int bytesOfRequest() {
        if (command != Command.WRITE || request.length() > MAX_INBOX_PAYLOAD_BYTES) {
            return Protocol.REQUEST_BYTES;
        }
        return Protocol.REQUEST_BYTES + request.payloadBytes();
    }

    private void reserveChunks() {
        int count =
                switch (command) {
                    case READ -> request.length() > MAX_OUTBOX_PAYLOAD_BYTES ? Payload.chunks(request.length()) : 0;
                    case WRITE -> request.length() > MAX_INBOX_PAYLOAD_BYTES ? Payload.chunks(request.length()) : 0;
                    case CACHE -> Payload.chunks(ChunkPool.CHUNK_BYTES);
                    case null, default -> 0;
                };
        if (count > 0) {
            lanes.reserve(count);
            reservedChunks = count;
        }
    }

    private void takePayload() throws IOException {
        if (refusal != null) {
            skipPayload();
            return;
        }
        int length = request.payloadBytes();
        inbox.expectLarge(length > MAX_INBOX_PAYLOAD_BYTES);
        if (inbox.available() < length || (lanes.areSeveral() && length > MAX_INBOX_PAYLOAD_BYTES)) {
            outbox.send();
            payload.receive(inbox, request.offset(), length);
        } else {
            small = lanes.areSeveral() ? kept(inbox.take(length)) : inbox.take(length);
        }
    }

    /** What is in the inbox is there for one turn only. */
    private ByteBuffer kept(ByteBuffer bytes) {
        if (keeper == null) {
            keeper = ByteBuffer.allocateDirect(MAX_INBOX_PAYLOAD_BYTES);
        }
        return keeper.clear().put(bytes).flip();
    }

    private void skipPayload() throws IOException {
        if (request.length() > MAX_SKIPPED_BYTES) {
            throw new ProtocolViolation("write of " + request.length() + " bytes");
        }
        outbox.send();
        inbox.skip(request.length());
    }

    /** Gives back what the request held. */
    private void clear() {
        payload.clear();
        if (reservedChunks > 0) {
            lanes.free(reservedChunks);
            reservedChunks = 0;
        }
    }

    private void serve() throws IOException {
        if (refusal != null) {
            replies.error(request, refusal.error(), refusal.message());
        } else {
            executeOrFail(Objects.requireNonNull(command));
        }
    }

    private void executeOrFail(Command command) throws IOException {
        try {
            execute(command);
        } catch (BlockException e) {
            replies.error(request, NbdError.of(e, command), e.getMessage());
        } catch (RuntimeException e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    command + " on " + session.export().name() + " failed unexpectedly",
                    e);
            replies.error(request, NbdError.EIO, "internal error");
        }
    }

    private void execute(Command command) throws IOException {
        switch (command) {
            case READ -> read();
            case WRITE -> write();
            case FLUSH -> flush();
            case TRIM -> {
                device.discard(request.offset(), request.length());
                changed();
            }
            case WRITE_ZEROES -> {
                writeZeroes();
                changed();
            }
            case CACHE -> cache();
            case BLOCK_STATUS -> blockStatus();
            case DISC -> throw new AssertionError("has no reply");
        }
    }

    private void writeZeroes() {
        boolean mayUnmap = !request.has(Protocol.CMD_FLAG_NO_HOLE);
        if (request.has(Protocol.CMD_FLAG_FAST_ZERO) && !device.zeroesFast(mayUnmap)) {
            throw new BlockException(
                    Problem.UNSUPPORTED, "zeroes that keep their space are written, which is not fast");
        }
        device.writeZeroes(request.offset(), request.length(), mayUnmap);
    }

    private void read() throws IOException {
        int length = request.payloadBytes();
        if (length == 0) {
            replies.emptyRead(request);
        } else if (length > MAX_OUTBOX_PAYLOAD_BYTES) {
            largeRead(length);
        } else {
            int header = replies.dataHeaderBytes();
            ByteBuffer out = outbox.room(header + length);
            int start = out.position();
            int limit = out.limit();
            try {
                device.read(request.offset(), out.limit(start + header + length).position(start + header));
            } finally {
                out.limit(limit).position(start);
            }
            replies.dataHeader(out, request);
            out.position(start + header + length);
        }
    }

    private void largeRead(int length) throws IOException {
        payload.readFrom(device, request.offset(), length);
        ByteBuffer first = payload.first();
        int start = first.position() - replies.dataHeaderBytes();
        replies.dataHeader(first.position(start), request);
        first.position(start);
        payload.sendTo(outbox);
    }

    private void write() throws IOException {
        if (payload.isEmpty()) {
            device.write(request.offset(), small);
        } else {
            payload.writeTo(device, request.offset());
        }
        changed();
    }

    /** Ends a request that changed the disk. */
    private void changed() throws IOException {
        if (request.has(Protocol.CMD_FLAG_FUA)) {
            flush();
        } else {
            replies.done(request);
        }
    }

    private void flush() throws IOException {
        // May take long; nobody else's answer has to wait for it.
        outbox.send();
        device.flush();
        replies.done(request);
    }

    /** Reads the range once, as far as a read may go, which brings it into the system's cache and the store's. */
    private void cache() throws IOException {
        outbox.send();
        long end = request.offset() + Math.min(request.length(), Protocol.MAX_PAYLOAD_BYTES);
        for (long at = request.offset(); at < end; at += ChunkPool.CHUNK_BYTES) {
            payload.readFrom(device, at, (int) Math.min(ChunkPool.CHUNK_BYTES, end - at));
            payload.clear();
        }
        replies.done(request);
    }

    private void blockStatus() throws IOException {
        boolean one = request.has(Protocol.CMD_FLAG_REQ_ONE);
        blockStatus.collect(device, request.offset(), request.length(), one);
        blockStatus.put(replies.blockStatus(request, blockStatus.bytes()));
    }
}
