package berth.nbd.client;

import berth.block.BlockException;
import berth.block.Extent;
import berth.block.Problem;
import berth.nbd.Protocol;
import berth.posix.Errno;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A request whose reply is not complete. Replies are taken by the connection's reader alone; the future is completed
 * once.
 */
sealed interface Pending {
    /** Takes the payload of a chunk. @throws BlockException when it breaks the protocol */
    void take(int type, int length, ServerInput in) throws IOException;

    /** Takes the payload of a simple reply without an error. */
    void takeSimple(ServerInput in) throws IOException;

    /** Says that the server reports an error. */
    void failed(BlockException error);

    /** The reply is complete. */
    void done();

    /** The connection has ended. */
    void broken(Throwable why);

    /** What a number in an error reply means. */
    static BlockException error(int number, String text) {
        Errno errno = Errno.of(number);
        return BlockException.withErrno(
                Problem.IO,
                errno,
                "the NBD server reports an error: " + errno.described() + (text.isEmpty() ? "" : " (" + text + ")"));
    }

    /** A read. Each of its bytes has to come exactly once. */
    final class Read implements Pending {
        private final CompletableFuture<byte[]> result = new CompletableFuture<>();
        private final long offset;
        private final byte[] bytes;
        private final BitSet covered;
        private @Nullable BlockException error;

        Read(long offset, int length) {
            this.offset = offset;
            this.bytes = new byte[length];
            this.covered = new BitSet(length);
        }

        CompletableFuture<byte[]> result() {
            return result;
        }

        @Override
        public void take(int type, int length, ServerInput in) throws IOException {
            switch (type) {
                case Protocol.REPLY_TYPE_OFFSET_DATA -> {
                    int at = place(in.readLong(), length - Long.BYTES);
                    in.readFully(ByteBuffer.wrap(bytes, at, length - Long.BYTES));
                }
                case Protocol.REPLY_TYPE_OFFSET_HOLE -> {
                    if (length != Long.BYTES + Integer.BYTES) {
                        throw ServerViolation.of("a hole is described in " + length + " bytes");
                    }
                    long start = in.readLong();
                    place(start, Integer.toUnsignedLong(in.readInt()));
                }
                default -> throw ServerViolation.of("a reply to a read has a chunk of type " + type);
            }
        }

        /** Where a part of the answer belongs. */
        private int place(long start, long length) {
            long at = start - offset;
            if (length <= 0 || start < offset || at > bytes.length - length) {
                throw ServerViolation.of(
                        "a reply to a read has " + length + " bytes at " + start + ", which were not asked for");
            }
            int from = (int) at;
            int next = covered.nextSetBit(from);
            if (next >= 0 && next < from + length) {
                throw ServerViolation.of("a reply to a read has a byte twice");
            }
            covered.set(from, (int) (from + length));
            return from;
        }

        @Override
        public void takeSimple(ServerInput in) throws IOException {
            in.readFully(ByteBuffer.wrap(bytes));
            covered.set(0, bytes.length);
        }

        @Override
        public void failed(BlockException reported) {
            error = reported;
        }

        @Override
        public void done() {
            if (error != null) {
                result.completeExceptionally(error);
            } else if (covered.cardinality() < bytes.length) {
                result.completeExceptionally(ServerViolation.of(
                        "a reply to a read has " + covered.cardinality() + " of " + bytes.length + " bytes"));
            } else {
                result.complete(bytes);
            }
        }

        @Override
        public void broken(Throwable why) {
            result.completeExceptionally(why);
        }
    }

    /** A question for what is where. */
    final class Status implements Pending {
        /** What QEMU and nbdkit send at most fits well. */
        private static final int MAX_DESCRIPTORS = 1 << 20;

        private static final int DESCRIPTOR_BYTES = 2 * Integer.BYTES;

        private final CompletableFuture<List<Extent>> result = new CompletableFuture<>();
        private final List<Extent> extents = new ArrayList<>();
        private final int context;
        private final long offset;
        private final long end;
        private @Nullable BlockException error;

        Status(int context, long offset, long length) {
            this.context = context;
            this.offset = offset;
            this.end = offset + length;
        }

        CompletableFuture<List<Extent>> result() {
            return result;
        }

        @Override
        public void take(int type, int length, ServerInput in) throws IOException {
            int count = (length - Integer.BYTES) / DESCRIPTOR_BYTES;
            if (type != Protocol.REPLY_TYPE_BLOCK_STATUS
                    || count < 1
                    || count > MAX_DESCRIPTORS
                    || length != Integer.BYTES + count * DESCRIPTOR_BYTES) {
                throw ServerViolation.of("a block status has a chunk of type " + type + " and " + length + " bytes");
            }
            if (in.readInt() != context || !extents.isEmpty()) {
                throw ServerViolation.of("a block status is for a context that was not asked for");
            }
            long at = offset;
            for (int i = 0; i < count; i++) {
                long bytes = Integer.toUnsignedLong(in.readInt());
                int state = in.readInt();
                if (bytes == 0) {
                    throw ServerViolation.of("a block status has an extent of no bytes");
                }
                if (at < end) {
                    // The last extent may reach beyond what was asked for.
                    long n = Math.min(bytes, end - at);
                    extents.add(new Extent(at, n, kind(state)));
                    at += n;
                }
            }
        }

        /** What is a hole but does not read as zeroes has to be read. */
        private static Extent.Kind kind(int state) {
            return (state & Protocol.STATE_ZERO) != 0 ? Extent.Kind.UNALLOCATED : Extent.Kind.DATA;
        }

        @Override
        public void takeSimple(ServerInput in) {
            throw ServerViolation.of("a block status has a simple reply without an error");
        }

        @Override
        public void failed(BlockException reported) {
            error = reported;
        }

        @Override
        public void done() {
            if (error != null) {
                result.completeExceptionally(error);
            } else if (extents.isEmpty()) {
                result.completeExceptionally(ServerViolation.of("a block status is empty"));
            } else {
                result.complete(extents);
            }
        }

        @Override
        public void broken(Throwable why) {
            result.completeExceptionally(why);
        }
    }
}
