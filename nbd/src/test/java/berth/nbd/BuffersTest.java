package berth.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

/** The buffers of a connection, on a stream in memory. */
final class BuffersTest {
    private final Stream stream = new Stream();
    private final Inbox inbox = new Inbox(stream);
    private final Outbox outbox = new Outbox(stream, new ReentrantLock());

    /** Gives what it was given, in pieces of the sizes asked for, and notes the sizes of what is written. */
    private static final class Stream implements Transport {
        private ByteBuffer toRead = ByteBuffer.allocate(0);
        private final List<Integer> asked = new ArrayList<>();
        private final List<Integer> written = new ArrayList<>();

        void give(byte[] bytes) {
            toRead = ByteBuffer.wrap(bytes);
        }

        @Override
        public int read(ByteBuffer into) {
            asked.add(into.remaining());
            if (!toRead.hasRemaining()) {
                return -1;
            }
            int n = Math.min(into.remaining(), toRead.remaining());
            into.put(toRead.slice(toRead.position(), n));
            toRead.position(toRead.position() + n);
            return n;
        }

        @Override
        public void write(ByteBuffer from) {
            written.add(from.remaining());
            from.position(from.limit());
        }

        @Override
        public void finish() {
            // There is nobody to tell.
        }
    }

    private byte[] take(int length) {
        byte[] bytes = new byte[length];
        inbox.take(length).get(bytes);
        return bytes;
    }

    @Test
    void theInboxGrowsWhileItIsKeptFullAndKeepsItsBytes() throws IOException {
        byte[] all = NbdServerTestBase.pattern(3 << 20, 1);
        stream.give(all);
        for (int at = 0; at + 1000 <= all.length; at += 1000) {
            assertThat(inbox.fill(1000)).isTrue();
            assertThat(take(1000)).isEqualTo(Arrays.copyOfRange(all, at, at + 1000));
        }
        assertThat(inbox.buffer().capacity()).isEqualTo(Inbox.MAX_BYTES);
    }

    @Test
    void theInboxShrinksAfterManySmallReads() throws IOException {
        stream.give(new byte[100_000]);
        assertThat(inbox.fill(100_000)).isTrue();
        take(100_000);
        for (int i = 0; i < 10_000; i++) {
            stream.give(new byte[28]);
            assertThat(inbox.fill(28)).isTrue();
            take(28);
        }
        assertThat(inbox.buffer().capacity()).isEqualTo(Inbox.MIN_BYTES);
    }

    @Test
    void theInboxReadsLittleWhereALargePayloadIsExpected() throws IOException {
        stream.give(new byte[2_000_000]);
        inbox.expectLarge(true);
        assertThat(inbox.fill(28)).isTrue();
        assertThat(stream.asked).containsExactly(512);
        ByteBuffer payload = ByteBuffer.allocate(1_000_000);
        inbox.readFully(payload);
        assertThat(payload.hasRemaining()).isFalse();
        assertThat(stream.asked).containsExactly(512, 1_000_000 - 512);
    }

    @Test
    void anEndInTheMiddleIsNoticed() throws IOException {
        stream.give(new byte[10]);
        assertThat(inbox.fill(11)).isFalse();
        assertThatThrownBy(() -> inbox.require(11)).isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> inbox.readFully(ByteBuffer.allocate(11))).isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> inbox.skip(1)).isInstanceOf(EOFException.class);
    }

    @Test
    void repliesAreSentTogetherUntilTheOutboxIsFull() throws IOException {
        for (int i = 0; i < 100; i++) {
            ByteBuffer room = outbox.room(4096);
            room.position(room.position() + 4096);
        }
        outbox.send();
        outbox.send();
        assertThat(stream.written).containsExactly(64 * 4096, 36 * 4096);
    }

    @Test
    void theOutboxGrowsForOneReplyAndShrinksAfterManySmallOnes() throws IOException {
        ByteBuffer room = outbox.room(200_000);
        room.position(200_000);
        outbox.send();
        assertThat(outbox.room(1).capacity()).isEqualTo(Outbox.MAX_BYTES);
        for (int i = 0; i < 10_000; i++) {
            outbox.room(16).putLong(1).putLong(2);
            outbox.send();
        }
        assertThat(outbox.room(1).capacity()).isEqualTo(Outbox.MIN_BYTES);
    }

    @Test
    void chunksAreReusedAndFreedWhenNobodyNeedsThem() {
        ChunkPool pool = new ChunkPool();
        ChunkPool.Chunk first = pool.borrow();
        ChunkPool.Chunk second = pool.borrow();
        assertThat(first.bytes().capacity()).isEqualTo(ChunkPool.DATA_START + ChunkPool.CHUNK_BYTES);
        pool.giveBack(first);
        pool.giveBack(second);
        assertThat(pool.borrow()).isSameAs(second);
        pool.giveBack(second);
        pool.trim();
        assertThat(second.arena().scope().isAlive()).isTrue();
        pool.trim();
        assertThat(first.arena().scope().isAlive()).isFalse();
        assertThat(second.arena().scope().isAlive()).isFalse();
        ChunkPool.Chunk late = pool.borrow();
        pool.close();
        pool.giveBack(late);
        assertThat(late.arena().scope().isAlive()).isFalse();
    }
}
