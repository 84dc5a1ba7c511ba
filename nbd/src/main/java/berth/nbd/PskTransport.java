package berth.nbd;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.bouncycastle.tls.TlsServerProtocol;

/** A stream that Bouncy Castle encrypts. */
final class PskTransport implements Transport {
    /** The payload of the largest TLS record. */
    private static final int RECORD_BYTES = 16 << 10;

    private final TlsServerProtocol protocol;
    private final InputStream in;
    private final OutputStream out;
    private final OutputStream wire;
    private final byte[] received = new byte[RECORD_BYTES];
    private final byte[] toSend = new byte[RECORD_BYTES];

    /**
     * @param protocol after its handshake
     * @param wire what the protocol writes to, to be flushed when a message ends
     */
    PskTransport(TlsServerProtocol protocol, OutputStream wire) {
        this.protocol = protocol;
        this.in = protocol.getInputStream();
        this.out = protocol.getOutputStream();
        this.wire = wire;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        int n;
        try {
            n = in.read(received, 0, Math.min(received.length, into.remaining()));
        } catch (PskTls.EndOfStream _) {
            return -1;
        }
        if (n > 0) {
            into.put(received, 0, n);
        }
        return n;
    }

    @Override
    public void write(ByteBuffer from) throws IOException {
        while (from.hasRemaining()) {
            int n = Math.min(toSend.length, from.remaining());
            from.get(toSend, 0, n);
            out.write(toSend, 0, n);
        }
        wire.flush();
    }

    @Override
    public void finish() throws IOException {
        protocol.close();
    }
}
