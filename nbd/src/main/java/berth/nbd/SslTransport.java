package berth.nbd;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;

/**
 * A stream that an {@link SSLEngine} encrypts. Records are decrypted straight into the reader's buffer where they fit,
 * and several are sent with one write.
 */
final class SslTransport implements Transport {
    private static final int RECORDS_PER_WRITE = 4;

    private final Transport wire;
    private final SSLEngine engine;
    private final int recordBytes;
    /** Held while something is encrypted and sent: who reads may have to answer for the engine while others write. */
    private final Lock sending = new ReentrantLock();

    private final ByteBuffer nothing = ByteBuffer.allocate(0);

    /** Received and not decrypted, from position to limit. */
    private final ByteBuffer received;

    /** Decrypted and not read, from position to limit. */
    private final ByteBuffer decrypted;

    /** Encrypted and not sent, up to the position. */
    private final ByteBuffer encrypted;

    SslTransport(Transport wire, SSLEngine engine) {
        this.wire = wire;
        this.engine = engine;
        recordBytes = engine.getSession().getPacketBufferSize();
        received = ByteBuffer.allocateDirect(2 * recordBytes).flip();
        decrypted = ByteBuffer.allocateDirect(recordBytes).flip();
        encrypted = ByteBuffer.allocateDirect(RECORDS_PER_WRITE * recordBytes);
    }

    /** Agrees with the client on keys. */
    void handshake() throws IOException {
        engine.beginHandshake();
        while (advance() == HandshakeStatus.NEED_UNWRAP) {
            boolean open =
                    switch (unwrapAside()) {
                        case BUFFER_UNDERFLOW -> receive();
                        case CLOSED -> false;
                        case OK, BUFFER_OVERFLOW -> true;
                    };
            if (!open) {
                throw new EOFException("the client closed the connection during the TLS handshake");
            }
        }
    }

    @Override
    public void share() {
        wire.share();
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        int start = into.position();
        while (!decrypted.hasRemaining()) {
            var status = engine.unwrap(received, into).getStatus();
            advance();
            int done = into.position() - start;
            switch (status) {
                case OK -> {
                    // There may be another whole record.
                }
                case CLOSED -> {
                    return done > 0 ? done : -1;
                }
                case BUFFER_UNDERFLOW -> {
                    if (done > 0) {
                        return done;
                    }
                    if (!receive()) {
                        return -1;
                    }
                }
                case BUFFER_OVERFLOW -> {
                    if (done > 0) {
                        return done;
                    }
                    // Says so from the record's length alone; the record itself may still be on its way.
                    if (unwrapAside() == Status.BUFFER_UNDERFLOW && !receive()) {
                        return -1;
                    }
                }
            }
        }
        int n = Math.min(decrypted.remaining(), into.remaining());
        into.put(start, decrypted, decrypted.position(), n).position(start + n);
        decrypted.position(decrypted.position() + n);
        return n;
    }

    @Override
    public void write(ByteBuffer from) throws IOException {
        sending.lock();
        try {
            while (from.hasRemaining()) {
                wrap(from);
                if (encrypted.remaining() < recordBytes) {
                    flush();
                }
            }
            flush();
        } finally {
            sending.unlock();
        }
    }

    @Override
    public void finish() throws IOException {
        sending.lock();
        try {
            engine.closeOutbound();
            while (!engine.isOutboundDone()) {
                wrap(nothing);
            }
            flush();
        } finally {
            sending.unlock();
        }
    }

    /** Decrypts a record that does not fit into the reader's buffer. Only while nothing decrypted is left. */
    private Status unwrapAside() throws IOException {
        var status = engine.unwrap(received, decrypted.clear()).getStatus();
        decrypted.flip();
        return status;
    }

    /** Does what the engine wants done before it takes further records; says what it waits for then. */
    private HandshakeStatus advance() throws IOException {
        while (true) {
            HandshakeStatus status = engine.getHandshakeStatus();
            switch (status) {
                case NEED_TASK -> engine.getDelegatedTask().run();
                case NEED_WRAP -> answer();
                default -> {
                    return status;
                }
            }
        }
    }

    /** Sends what the engine itself has to say. */
    private void answer() throws IOException {
        sending.lock();
        try {
            if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                wrap(nothing);
                flush();
            }
        } finally {
            sending.unlock();
        }
    }

    private boolean receive() throws IOException {
        int n = wire.read(received.compact());
        received.flip();
        return n >= 0;
    }

    private void wrap(ByteBuffer from) throws IOException {
        switch (engine.wrap(from, encrypted).getStatus()) {
            case OK, CLOSED -> {
                if (from.hasRemaining() && engine.isOutboundDone()) {
                    throw new SSLException("the client has closed the TLS session");
                }
            }
            case BUFFER_OVERFLOW, BUFFER_UNDERFLOW -> throw new SSLException("a TLS record is larger than was agreed");
        }
    }

    private void flush() throws IOException {
        wire.write(encrypted.flip());
        encrypted.clear();
    }
}
