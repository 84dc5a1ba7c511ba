package berth.nbd;

import berth.block.BlockDevice;
import berth.block.BlockException;
import berth.block.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The transmission phase of one connection: takes requests, executes them in the order of arrival, and answers all that
 * had been received with one write. Run by the connection's thread.
 */
final class Transmission {
    private static final System.Logger LOG = System.getLogger(Transmission.class.getName());

    /** The longest payload that may wait in the inbox for its rest; longer ones are received straight into chunks. */
    private static final int MAX_INBOX_PAYLOAD_BYTES = 32 << 10;

    /** The longest read that is answered from the outbox. */
    private static final int MAX_OUTBOX_PAYLOAD_BYTES = 128 << 10;

    /** The longest refused payload that is skipped to keep the connection. */
    private static final long MAX_SKIPPED_BYTES = 2L * Protocol.MAX_PAYLOAD_BYTES;

    private final Inbox inbox;
    private final Outbox outbox;
    private final Session session;
    private final BlockDevice device;
    private final Replies replies;
    private final Payload payload;
    private final BooleanSupplier stopping;
    private final Request request = new Request();
    private final BlockStatus blockStatus = new BlockStatus();

    /** @param stopping turns true when the server closes: requests that have been received are the last ones */
    Transmission(Wire wire, Session session, ChunkPool pool, BooleanSupplier stopping) {
        this.inbox = wire.inbox();
        this.outbox = wire.outbox();
        this.session = session;
        this.device = session.export().device();
        this.replies = new Replies(outbox, session.structured());
        this.payload = new Payload(pool);
        this.stopping = stopping;
    }

    /** Serves until the client disconnects. What it still has to get is in the outbox. */
    void run() throws IOException {
        int need = Protocol.REQUEST_BYTES;
        while (receive(need)) {
            request.decode(inbox.buffer(), inbox.start());
            Command command = Command.of(request.type());
            need = bytesOfRequest(command);
            if (inbox.available() < need) {
                continue;
            }
            need = Protocol.REQUEST_BYTES;
            inbox.take(Protocol.REQUEST_BYTES);
            if (command == Command.DISC) {
                return;
            }
            serve(command);
        }
    }

    /** Before it waits for the client, everything is sent that the client may be waiting for. */
    private boolean receive(int need) throws IOException {
        if (inbox.available() >= need) {
            return true;
        }
        outbox.send();
        return !stopping.getAsBoolean() && inbox.fill(need);
    }

    /** How much of the request has to be in the inbox before it is served. */
    private int bytesOfRequest(@Nullable Command command) {
        if (command != Command.WRITE || request.length() > MAX_INBOX_PAYLOAD_BYTES) {
            return Protocol.REQUEST_BYTES;
        }
        return Protocol.REQUEST_BYTES + request.payloadBytes();
    }

    private void serve(@Nullable Command command) throws IOException {
        if (command == null) {
            replies.error(request, NbdError.EINVAL, "command " + request.type() + " is not known");
            return;
        }
        Refusal refusal = Refusal.of(command, request, session);
        if (refusal != null) {
            if (command == Command.WRITE) {
                skipPayload();
            }
            replies.error(request, refusal.error(), refusal.message());
            return;
        }
        try {
            if (command == Command.WRITE) {
                receivePayload();
            }
            executeOrFail(command);
        } finally {
            payload.clear();
        }
    }

    /** Takes the payload of a write that is not in the inbox. */
    private void receivePayload() throws IOException {
        int length = request.payloadBytes();
        inbox.expectLarge(length > MAX_INBOX_PAYLOAD_BYTES);
        if (inbox.available() < length) {
            outbox.send();
            payload.receive(inbox, request.offset(), length);
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

    private void skipPayload() throws IOException {
        if (request.length() > MAX_SKIPPED_BYTES) {
            throw new ProtocolViolation("write of " + request.length() + " bytes");
        }
        outbox.send();
        inbox.skip(request.length());
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
            device.write(request.offset(), inbox.take(request.payloadBytes()));
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
