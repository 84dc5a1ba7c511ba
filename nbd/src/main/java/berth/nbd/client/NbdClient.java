package berth.nbd.client;

import berth.block.BlockException;
import berth.block.Extent;
import berth.block.Limits;
import berth.block.Problem;
import berth.nbd.Protocol;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A connection to an export, for reading. Safe for use by several threads, whose requests are under way at the same time.
 * A connection that broke stays broken; open another one.
 */
public final class NbdClient implements AutoCloseable {
    /** The longest range of a block status request; the length of a request is 32 bits. */
    private static final long MAX_STATUS_BYTES = 1L << 30;

    private final SocketChannel channel;
    private final ExportInfo info;
    private final ReplyReader replies;
    private final Duration patience;
    private final AtomicLong cookies = new AtomicLong();
    private final Object sending = new Object();

    private NbdClient(SocketChannel channel, ExportInfo info, ServerInput in, Duration patience) {
        this.channel = channel;
        this.info = info;
        this.replies = new ReplyReader(in);
        this.patience = patience;
        Thread.ofVirtual().name("nbd-replies").start(replies);
    }

    /**
     * Connects and opens an export.
     *
     * @param server a TCP or Unix socket's address
     * @param export the export's name; at most 4096 bytes
     * @throws IOException when the server cannot be reached or does not answer in time
     * @throws BlockException when it does not give the export
     */
    public static NbdClient open(SocketAddress server, String export, NbdTimeouts timeouts) throws IOException {
        if (server instanceof InetSocketAddress tcp && tcp.isUnresolved()) {
            throw new UnknownHostException(tcp.getHostString());
        }
        SocketChannel channel = server instanceof InetSocketAddress
                ? SocketChannel.open().setOption(StandardSocketOptions.TCP_NODELAY, true)
                : SocketChannel.open(StandardProtocolFamily.UNIX);
        CompletableFuture<NbdClient> opened = new CompletableFuture<>();
        Thread.ofVirtual().name("nbd-connect").start(() -> {
            try {
                channel.connect(server);
                ServerInput in = new ServerInput(channel);
                ExportInfo info = new ClientHandshake(in, channel, export).run();
                opened.complete(new NbdClient(channel, info, in, timeouts.request()));
            } catch (IOException | RuntimeException e) {
                opened.completeExceptionally(e);
            }
        });
        try {
            return await(opened, timeouts.connect(), "answer the handshake");
        } catch (IOException | RuntimeException e) {
            closeQuietly(channel);
            throw e;
        }
    }

    /** The size in bytes. */
    public long size() {
        return info.size();
    }

    /** Whether the server lets nobody write through this connection. */
    public boolean readOnly() {
        return info.readOnly();
    }

    /** Whether {@link #extents} can be asked. */
    public boolean hasExtents() {
        return info.allocationContext() != -1;
    }

    /** Whether the connection has ended. */
    public boolean isBroken() {
        return replies.end() != null;
    }

    /**
     * Reads a range.
     *
     * @param length at least 1
     * @throws IOException when the connection breaks or the server does not answer in time
     * @throws BlockException when the server reports an error or breaks the protocol
     */
    public byte[] read(long offset, int length) throws IOException {
        Limits.checkRange(offset, length, info.size());
        long from = offset & -info.minBlock();
        // The end of an export may lie within a block; then the server takes requests up to there.
        long to = Math.min(info.size(), (offset + length + info.minBlock() - 1) & -info.minBlock());
        if (from == offset && to == offset + length && length <= info.maxBytes()) {
            return readOnce(offset, length);
        }
        byte[] bytes = new byte[length];
        for (long at = from; at < to; ) {
            int n = (int) Math.min(info.maxBytes(), to - at);
            byte[] part = readOnce(at, n);
            int skip = (int) Math.max(0, offset - at);
            int place = (int) (at + skip - offset);
            System.arraycopy(part, skip, bytes, place, Math.min(n - skip, length - place));
            at += n;
        }
        return bytes;
    }

    private byte[] readOnce(long offset, int length) throws IOException {
        Pending.Read request = new Pending.Read(offset, length);
        send(Protocol.CMD_READ, offset, length, request);
        return await(request.result(), patience, "answer a read");
    }

    /**
     * Says what is where, from the start of a range on as far as the server tells with one answer: what reads as zeroes is
     * {@link Extent.Kind#UNALLOCATED}, the rest {@link Extent.Kind#DATA}. Neighbours may be of the same kind.
     *
     * @param length at least 1
     * @throws IOException as {@link #read}
     * @throws BlockException as {@link #read}
     */
    public List<Extent> extents(long offset, long length) throws IOException {
        Limits.checkRange(offset, length, info.size());
        if (!hasExtents()) {
            return List.of(new Extent(offset, length, Extent.Kind.DATA));
        }
        long from = offset & -info.minBlock();
        long to = Math.min(info.size(), (offset + length + info.minBlock() - 1) & -info.minBlock());
        long asked = Math.min(to - from, MAX_STATUS_BYTES);
        Pending.Status request = new Pending.Status(info.allocationContext(), from, asked);
        send(Protocol.CMD_BLOCK_STATUS, from, (int) asked, request);
        List<Extent> extents = await(request.result(), patience, "answer a block status request").stream()
                .filter(extent -> extent.end() > offset && extent.offset() < offset + length)
                .map(extent -> clip(extent, offset, offset + length))
                .toList();
        if (extents.isEmpty()) {
            // Who asks on from where the answer ends would ask for ever.
            throw ServerViolation.of("a block status ends within the first block");
        }
        return extents;
    }

    private static Extent clip(Extent extent, long start, long end) {
        long from = Math.max(start, extent.offset());
        return new Extent(from, Math.min(end, extent.end()) - from, extent.kind());
    }

    private void send(int command, long offset, int length, Pending request) throws IOException {
        long cookie = cookies.incrementAndGet();
        replies.expect(cookie, request);
        ByteBuffer bytes = ByteBuffer.allocate(Protocol.REQUEST_BYTES)
                .putInt(Protocol.REQUEST_MAGIC)
                .putShort((short) 0)
                .putShort((short) command)
                .putLong(cookie)
                .putLong(offset)
                .putInt(length)
                .flip();
        synchronized (sending) {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
    }

    private static <T> T await(CompletableFuture<T> result, Duration time, String what) throws IOException {
        try {
            return result.get(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException broken) {
                throw broken;
            }
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e);
        } catch (TimeoutException _) {
            throw new SocketTimeoutException("the NBD server did not " + what + " in " + time.toMillis() + " ms");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BlockException(
                    Problem.CANCELLED, "waiting for the NBD server to " + what + " was interrupted", e);
        }
    }

    /** Closes the connection; what waits for replies gets an {@link IOException}. */
    @Override
    public void close() {
        replies.end(new IOException("the connection was closed"));
        closeQuietly(channel);
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException _) {
            // Nothing is lost with a socket that was only read from.
        }
    }
}
