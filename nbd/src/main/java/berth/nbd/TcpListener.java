package berth.nbd;

import berth.block.BlockException;
import berth.block.Problem;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** A listening TCP socket. */
final class TcpListener implements Listener {
    private static final int BACKLOG = 128;

    private final ServerSocketChannel channel;
    private final SocketAddress address;

    private TcpListener(ServerSocketChannel channel, SocketAddress address) {
        this.channel = channel;
        this.address = address;
    }

    static TcpListener open(NbdEndpoint.Tcp endpoint, boolean encrypted) {
        InetSocketAddress wanted =
                endpoint.address().resolve(encrypted, "who reaches the port read and write the exports: require TLS");
        try {
            ServerSocketChannel channel = ServerSocketChannel.open();
            try {
                channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                channel.bind(wanted, BACKLOG);
                return new TcpListener(channel, channel.getLocalAddress());
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new BlockException(Problem.IO, "cannot listen on " + endpoint + ": " + e.getMessage(), e);
        }
    }

    @Override
    public SocketChannel accept() throws IOException {
        SocketChannel client = channel.accept();
        try {
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            client.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            return client;
        } catch (IOException e) {
            client.close();
            throw e;
        }
    }

    @Override
    public SocketAddress address() {
        return address;
    }

    @Override
    public void close() {
        Closing.quietly(channel);
    }
}
