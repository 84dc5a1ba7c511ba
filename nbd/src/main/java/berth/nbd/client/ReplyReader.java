package berth.nbd.client;

import berth.block.BlockException;
import berth.nbd.Protocol;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Takes replies until the connection ends, and hands them to those who wait. Runs in a thread of its own. */
final class ReplyReader implements Runnable {
    private static final int ERROR_HEADER_BYTES = 6;
    private static final int ERROR_OFFSET_BYTES = 8;

    private final ServerInput in;
    private final Map<Long, Pending> pending = new ConcurrentHashMap<>();
    private volatile @Nullable Throwable end;

    ReplyReader(ServerInput in) {
        this.in = in;
    }

    /** Why the connection has ended; null while it has not. */
    @Nullable
    Throwable end() {
        return end;
    }

    /** Expects a reply. */
    void expect(long cookie, Pending request) {
        pending.put(cookie, request);
        Throwable why = end;
        if (why != null) {
            pending.remove(cookie);
            request.broken(why);
        }
    }

    @Override
    public void run() {
        try {
            while (true) {
                takeReply();
            }
        } catch (IOException | RuntimeException e) {
            end(e);
        }
    }

    /** Ends all waiting. */
    void end(Throwable why) {
        if (end == null) {
            end = why;
        }
        pending.keySet().forEach(cookie -> {
            Pending request = pending.remove(cookie);
            if (request != null) {
                request.broken(why);
            }
        });
    }

    private void takeReply() throws IOException {
        int magic = in.readInt();
        switch (magic) {
            case Protocol.SIMPLE_REPLY_MAGIC -> takeSimple();
            case Protocol.STRUCTURED_REPLY_MAGIC -> takeChunk();
            default -> throw ServerViolation.of("a reply does not begin as one");
        }
    }

    private void takeSimple() throws IOException {
        int error = in.readInt();
        long cookie = in.readLong();
        Pending request = find(cookie);
        if (error == 0) {
            request.takeSimple(in);
        } else {
            request.failed(Pending.error(error, ""));
        }
        pending.remove(cookie);
        request.done();
    }

    private void takeChunk() throws IOException {
        int flags = in.readShort();
        int type = Short.toUnsignedInt(in.readShort());
        long cookie = in.readLong();
        int length = in.readInt();
        Pending request = find(cookie);
        boolean done = (flags & Protocol.REPLY_FLAG_DONE) != 0;
        if (type == Protocol.REPLY_TYPE_NONE) {
            if (length != 0 || !done) {
                throw ServerViolation.of("an empty chunk does not end a reply");
            }
        } else if (type == Protocol.REPLY_TYPE_ERROR || type == Protocol.REPLY_TYPE_ERROR_OFFSET) {
            request.failed(takeError(type, length));
        } else {
            request.take(type, length, in);
        }
        if (done) {
            pending.remove(cookie);
            request.done();
        }
    }

    private BlockException takeError(int type, int length) throws IOException {
        int tail = type == Protocol.REPLY_TYPE_ERROR_OFFSET ? ERROR_OFFSET_BYTES : 0;
        if (length < ERROR_HEADER_BYTES + tail || length > ERROR_HEADER_BYTES + Protocol.MAX_STRING_BYTES + tail) {
            throw ServerViolation.of("an error is described in " + Integer.toUnsignedString(length) + " bytes");
        }
        int number = in.readInt();
        int text = Short.toUnsignedInt(in.readShort());
        if (text != length - ERROR_HEADER_BYTES - tail || number == 0) {
            throw ServerViolation.of("an error's description is not as long as it says");
        }
        String message = new String(in.readBytes(text), StandardCharsets.UTF_8);
        in.skip(tail);
        return Pending.error(number, message.replaceAll("\\p{Cntrl}", "?"));
    }

    private Pending find(long cookie) {
        Pending request = pending.get(cookie);
        if (request == null) {
            throw ServerViolation.of("a reply answers nothing that was asked");
        }
        return request;
    }
}
