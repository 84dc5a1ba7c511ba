package berth.nbd;

import java.io.IOException;
import java.nio.channels.SocketChannel;

/** A client's byte stream with both of its buffers; starts plain and can be encrypted once. */
final class Wire {
    private final SocketChannel channel;
    private final Inbox inbox;
    private final Outbox outbox;
    private Transport transport;

    Wire(SocketChannel channel) {
        this.channel = channel;
        transport = new PlainTransport(channel);
        inbox = new Inbox(transport);
        outbox = new Outbox(transport);
    }

    /** What the client sent. */
    Inbox inbox() {
        return inbox;
    }

    /** What the client will be sent. */
    Outbox outbox() {
        return outbox;
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
