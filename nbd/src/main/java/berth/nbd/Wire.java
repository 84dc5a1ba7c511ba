package berth.nbd;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/** A client's byte stream with both of its buffers; starts plain and can be encrypted once. */
final class Wire {
    private final SocketChannel channel;
    private final Inbox inbox;
    private final Outbox outbox;
    private final Lock sending = new ReentrantLock();
    private Transport transport;

    Wire(SocketChannel channel) {
        this.channel = channel;
        transport = new PlainTransport(channel);
        inbox = new Inbox(transport);
        outbox = new Outbox(transport, sending);
    }

    /** What the client sent. */
    Inbox inbox() {
        return inbox;
    }

    /** What the client will be sent. */
    Outbox outbox() {
        return outbox;
    }

    /** Allows one thread to receive while others send. */
    void share() {
        transport.share();
    }

    /** Another thread's outbox. */
    Outbox another() {
        return new Outbox(transport, sending);
    }

    /** Wakes the thread that waits for the client, which finds the end of the stream. */
    void endInput() {
        try {
            channel.shutdownInput();
        } catch (IOException _) {
            // It is closed already.
        }
    }

    /**
     * Does the TLS handshake; everything after it is encrypted.
     *
     * @throws ProtocolViolation when bytes have come in plain text that would then pass for encrypted ones
     */
    void encrypt(TlsServer tls) throws IOException {
        outbox.send();
        if (inbox.available() > 0) {
            throw new ProtocolViolation("plain text after STARTTLS");
        }
        channel.configureBlocking(true);
        transport = tls.accept(channel);
        inbox.switchTo(transport);
        outbox.switchTo(transport);
    }

    /** Sends what is held back and ends the stream. The socket stays open. */
    void finish() throws IOException {
        outbox.send();
        transport.finish();
    }
}
