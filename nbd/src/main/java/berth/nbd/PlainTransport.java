package berth.nbd;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * The bare socket. A client that sends its next request soon after an answer is waited for actively, as far as
 * {@link PollWindow} allows: to be woken up takes longer than to serve a request. Otherwise the socket blocks, which on a
 * platform thread is one system call per read or write.
 */
final class PlainTransport implements Transport {
    private final SocketChannel channel;
    private final PollWindow window = new PollWindow();
    private boolean shared;

    PlainTransport(SocketChannel channel) {
        this.channel = channel;
    }

    /** From now on the socket always blocks. */
    @Override
    public void share() {
        shared = true;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        long start = System.nanoTime();
        int n = 0;
        if (!shared && window.open()) {
            try {
                n = poll(into, start);
            } finally {
                window.close();
            }
        }
        if (n == 0) {
            block();
            n = channel.read(into);
            window.waited(System.nanoTime() - start);
        }
        return n;
    }

    private int poll(ByteBuffer into, long start) throws IOException {
        if (channel.isBlocking()) {
            channel.configureBlocking(false);
        }
        int n = channel.read(into);
        while (n == 0 && System.nanoTime() - start < window.nanos()) {
            Thread.onSpinWait();
            n = channel.read(into);
        }
        return n;
    }

    private void block() throws IOException {
        if (!channel.isBlocking()) {
            channel.configureBlocking(true);
        }
    }

    @Override
    public void write(ByteBuffer from) throws IOException {
        while (from.hasRemaining()) {
            if (channel.write(from) == 0) {
                block(); // the client is slow to read
            }
        }
    }

    @Override
    public void finish() {
        // Closing the socket, which comes next, is what tells the client.
    }
}
