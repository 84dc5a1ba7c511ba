package berth.server;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** This process's own standard streams. */
public final class StandardStreams {
    private StandardStreams() {}

    /** The process's streams; a cancelled command's read of standard input ends with an exception. */
    public static CommandIo of(Cancellation cancellation) {
        return new CommandIo(
                new StandardInput(cancellation),
                new FileOutputStream(FileDescriptor.out),
                new FileOutputStream(FileDescriptor.err),
                cancellation);
    }

    /** Whether standard error is a terminal. The JDK tells this only of standard input and output. */
    static boolean errIsTerminal() {
        try {
            Path target = Files.readSymbolicLink(Path.of("/proc/self/fd/2"));
            return target.startsWith("/dev/pts") || target.toString().startsWith("/dev/tty");
        } catch (IOException e) {
            return false;
        }
    }

    /** Standard input through a channel, whose close wakes a blocked reader. */
    private static final class StandardInput extends InputStream {
        private final FileChannel channel = new FileInputStream(FileDescriptor.in).getChannel();
        private final Cancellation cancellation;

        StandardInput(Cancellation cancellation) {
            this.cancellation = cancellation;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            try (Cancellation.Registration _ = cancellation.onCancel(this::closeQuietly)) {
                return channel.read(ByteBuffer.wrap(into, offset, length));
            }
        }

        private void closeQuietly() {
            try {
                channel.close();
            } catch (IOException e) {
                // The reader is woken all the same, and the process is about to end.
            }
        }
    }
}
