package berth.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A client's standard input in the owner. The client sends only what it has credit for, and gets credit as the command
 * reads, so that at most {@link #WINDOW_BYTES} wait here, and nothing at all is taken from the client's input before the
 * command reads the first time.
 *
 * <p>One thread reads; another one, which reads the connection, adds.
 */
final class RemoteInput extends InputStream {
    /** The most bytes that wait here. */
    static final int WINDOW_BYTES = 4 * FrameChannel.CHUNK_BYTES;

    private final FrameChannel channel;
    private final Deque<byte[]> chunks = new ArrayDeque<>();
    private byte[] current = new byte[0];
    private int position;
    private int waitingBytes;
    private int owedBytes = WINDOW_BYTES;
    private boolean ended;
    private boolean cancelled;

    RemoteInput(FrameChannel channel) {
        this.channel = channel;
    }

    /** Takes what the client sent. */
    synchronized void add(byte[] chunk) throws IOException {
        if (ended || chunk.length > WINDOW_BYTES - owedBytes - waitingBytes) {
            throw new IOException("control socket: more input than there was credit for");
        }
        if (chunk.length > 0) {
            chunks.add(chunk);
            waitingBytes += chunk.length;
        }
        notifyAll();
    }

    /** The client's input has ended. */
    synchronized void end() {
        ended = true;
        notifyAll();
    }

    /** Wakes the reader with an exception. */
    synchronized void cancel() {
        cancelled = true;
        notifyAll();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (position == current.length && !advance()) {
            return -1;
        }
        int n = Math.min(length, current.length - position);
        System.arraycopy(current, position, into, offset, n);
        position += n;
        return n;
    }

    private boolean advance() throws IOException {
        giveCredit();
        synchronized (this) {
            while (chunks.isEmpty() && !ended && !cancelled) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    cancelled = true;
                }
            }
            if (cancelled) {
                throw new InterruptedIOException("reading standard input was cancelled");
            }
            byte[] next = chunks.poll();
            if (next == null) {
                return false;
            }
            current = next;
            position = 0;
            waitingBytes -= next.length;
            owedBytes += next.length;
            return true;
        }
    }

    /** Gives credit in few, large pieces; and always when nothing else would come. */
    private void giveCredit() throws IOException {
        int credit;
        synchronized (this) {
            if (ended || (owedBytes < WINDOW_BYTES / 2 && !chunks.isEmpty())) {
                return;
            }
            credit = owedBytes;
            owedBytes = 0;
        }
        if (credit > 0) {
            channel.write(FrameType.CREDIT, credit);
        }
    }
}
