package berth.fuzz;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;

/** The socket of a peer that sends given bytes and then nothing more, and drops what it is sent. */
public class ScriptedSocket extends SocketChannel {
    private final ByteBuffer script;

    /** @param script what the peer sends */
    public ScriptedSocket(byte[] script) {
        super(SelectorProvider.provider());
        this.script = ByteBuffer.wrap(script);
    }

    /** Whether the peer has more to say. */
    protected final boolean hasMore() {
        return script.hasRemaining();
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
        if (!script.hasRemaining()) {
            return -1;
        }
        int n = Math.min(into.remaining(), script.remaining());
        into.put(script.slice(script.position(), n));
        script.position(script.position() + n);
        return n;
    }

    @Override
    public long read(ByteBuffer[] into, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
        int n = from.remaining();
        from.position(from.limit());
        return n;
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
        long n = 0;
        for (int i = offset; i < offset + length; i++) {
            n += write(from[i]);
        }
        return n;
    }

    @Override
    public SocketChannel shutdownInput() {
        script.position(script.limit());
        return this;
    }

    @Override
    public SocketChannel shutdownOutput() {
        return this;
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public boolean isConnectionPending() {
        return false;
    }

    @Override
    public SocketAddress getRemoteAddress() {
        return UnixDomainSocketAddress.of("");
    }

    @Override
    public SocketAddress getLocalAddress() {
        return UnixDomainSocketAddress.of("");
    }

    @Override
    public SocketChannel bind(SocketAddress local) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean connect(SocketAddress remote) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean finishConnect() {
        throw new UnsupportedOperationException();
    }

    @Override
    public <T> SocketChannel setOption(SocketOption<T> name, T value) {
        throw new UnsupportedOperationException();
    }

    @Override
    public <T> T getOption(SocketOption<T> name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return Set.of();
    }

    @Override
    public Socket socket() {
        throw new UnsupportedOperationException();
    }

    @Override
    protected void implCloseSelectableChannel() {
        // There is nothing behind it.
    }

    @Override
    protected void implConfigureBlocking(boolean block) {
        // A script never blocks.
    }
}
