package berth.nbd;

import static berth.nbd.Protocol.CMD_BLOCK_STATUS;
import static berth.nbd.Protocol.CMD_CACHE;
import static berth.nbd.Protocol.CMD_DISC;
import static berth.nbd.Protocol.CMD_FLUSH;
import static berth.nbd.Protocol.CMD_READ;
import static berth.nbd.Protocol.CMD_TRIM;
import static berth.nbd.Protocol.CMD_WRITE;
import static berth.nbd.Protocol.CMD_WRITE_ZEROES;
import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Problem;
import berth.nbd.TestClient.Reply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransmissionTest extends NbdServerTestBase {
    final TestClient client(boolean structured) throws IOException {
        return TestClient.of(server, "rbd/disk", structured);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsWrittenIsReadBackAtEverySizeAndAlignment(boolean structured) throws IOException {
        int[] sizes = {1, 511, 4096, 32768, 32769, 131072, 131073, 262144, 1 << 20, (1 << 20) + 1, 3_000_001};
        try (TestClient client = client(structured)) {
            int seed = 0;
            for (int size : sizes) {
                for (int offset : new int[] {0, 1, 4095, 4096}) {
                    byte[] data = pattern(size, ++seed);
                    assertThat(client.write(offset, data)).isZero();
                    assertThat(disk.copy(offset, size)).isEqualTo(data);
                    assertThat(client.read(offset, size)).isEqualTo(data);
                }
            }
        }
    }

    @Test
    void aReadIsOneDoneChunkWithItsOffset() throws IOException {
        try (TestClient client = client(true)) {
            for (int flags : new int[] {0, Protocol.CMD_FLAG_DF, Protocol.CMD_FLAG_FUA}) {
                client.ask(flags, CMD_READ, 77, 8192, 1 << 20);
                Reply reply = client.answer(0);
                assertThat(reply.type()).isEqualTo(Protocol.REPLY_TYPE_OFFSET_DATA);
                assertThat(reply.flags()).isEqualTo(Protocol.REPLY_FLAG_DONE);
                assertThat(reply.cookie()).isEqualTo(77);
                assertThat(ByteBuffer.wrap(reply.data()).getLong()).isEqualTo(8192);
                assertThat(reply.data()).hasSize(8 + (1 << 20));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void requestsOfNoBytesSucceed(boolean structured) throws IOException {
        try (TestClient client = client(structured)) {
            client.ask(0, CMD_READ, 1, 10, 0);
            Reply reply = client.answer(0);
            assertThat(reply.error()).isZero();
            assertThat(reply.data()).isEmpty();
            assertThat(reply.structured()).isEqualTo(structured);
            assertThat(client.write(10, new byte[0])).isZero();
            assertThat(client.error(0, CMD_TRIM, DISK_BYTES, 0)).isZero();
            assertThat(client.error(0, CMD_WRITE_ZEROES, 0, 0)).isZero();
            assertThat(client.error(0, CMD_CACHE, 0, 0)).isZero();
        }
    }

    @Test
    void rangesBeyondTheEndAreRefusedAsTheProtocolSays() throws IOException {
        try (TestClient client = client(true)) {
            long[][] ranges = {{DISK_BYTES - 1, 2}, {DISK_BYTES, 1}, {-1, 1}, {Long.MAX_VALUE, 4096}, {1L << 63, 1}};
            for (long[] range : ranges) {
                for (int type : new int[] {CMD_READ, CMD_TRIM, CMD_CACHE, CMD_BLOCK_STATUS}) {
                    assertThat(client.error(0, type, range[0], range[1])).isEqualTo(NbdError.EINVAL.code());
                }
                assertThat(client.error(0, CMD_WRITE_ZEROES, range[0], range[1]))
                        .isEqualTo(NbdError.ENOSPC.code());
                assertThat(client.write(range[0], new byte[(int) range[1]])).isEqualTo(NbdError.ENOSPC.code());
            }
            assertThat(client.error(0, CMD_TRIM, 0, 0xffffffffL)).isEqualTo(NbdError.EINVAL.code());
            assertThat(client.read(DISK_BYTES - 1, 1)).hasSize(1);
        }
    }

    @Test
    void errorsOfStructuredRepliesExplainThemselves() throws IOException {
        try (TestClient client = client(true)) {
            client.ask(0, CMD_READ, 5, DISK_BYTES, 1);
            Reply reply = client.answer(0);
            assertThat(reply.flags()).isEqualTo(Protocol.REPLY_FLAG_DONE);
            int length = ByteBuffer.wrap(reply.data()).getShort(4);
            assertThat(new String(reply.data(), 6, length, StandardCharsets.UTF_8))
                    .isEqualTo("READ of 1 bytes at 8388608 is not within the 8388608 bytes of the export");
            assertThat(reply.data()).hasSize(6 + length);
        }
    }

    @Test
    void messagesOfAnyLengthFitIntoErrors() throws IOException {
        try (TestClient client = client(true)) {
            disk.failOn("read", Problem.IO, "\u00e4\u20ac".repeat(10_000));
            client.ask(0, CMD_READ, 5, 0, 1);
            Reply reply = client.answer(0);
            assertThat(reply.error()).isEqualTo(NbdError.EIO.code());
            String message = new String(reply.data(), 6, reply.data().length - 6, StandardCharsets.UTF_8);
            assertThat(message)
                    .startsWith("\u00e4\u20ac")
                    .doesNotContain("\ufffd")
                    .hasSizeGreaterThan(100);
        }
    }

    @Test
    void unknownCommandsAndFlagsAreInvalid() throws IOException {
        try (TestClient client = client(true)) {
            for (int type : new int[] {8, 9, 100, 0xffff}) {
                assertThat(client.error(0, type, 0, 4096)).isEqualTo(NbdError.EINVAL.code());
            }
            int[][] wrong = {
                {CMD_READ, 2},
                {CMD_READ, 8},
                {CMD_READ, 16},
                {CMD_TRIM, 2},
                {CMD_WRITE_ZEROES, 4},
                {CMD_BLOCK_STATUS, 4}
            };
            for (int[] pair : wrong) {
                assertThat(client.error(pair[1], pair[0], 0, 4096)).isEqualTo(NbdError.EINVAL.code());
            }
            client.ask(2, CMD_WRITE, 1, 0, 4096, pattern(4096, 1));
            assertThat(client.answer(0).error()).isEqualTo(NbdError.EINVAL.code());
            assertThat(client.read(0, 4096)).containsOnly(0);
        }
        try (TestClient client = client(false)) {
            assertThat(client.error(Protocol.CMD_FLAG_DF, CMD_READ, 0, 1)).isEqualTo(NbdError.EINVAL.code());
        }
    }

    @Test
    void flushWithARangeIsInvalid() throws IOException {
        try (TestClient client = client(false)) {
            assertThat(client.error(0, CMD_FLUSH, 0, 1)).isEqualTo(NbdError.EINVAL.code());
            assertThat(client.error(0, CMD_FLUSH, 1, 0)).isEqualTo(NbdError.EINVAL.code());
            assertThat(disk.flushes).hasValue(0);
        }
    }

    @Test
    void readsLongerThanTheMaximumOverflow() throws IOException {
        long tooLong = Protocol.MAX_PAYLOAD_BYTES + 1L;
        try (TestClient client = client(true)) {
            assertThat(client.error(0, CMD_READ, 0, tooLong)).isEqualTo(NbdError.EOVERFLOW.code());
            assertThat(client.error(0, CMD_READ, 0, 0xffffffffL)).isEqualTo(NbdError.EOVERFLOW.code());
        }
        try (TestClient client = client(false)) {
            assertThat(client.error(0, CMD_READ, 0, tooLong)).isEqualTo(NbdError.EINVAL.code());
        }
    }

    @Test
    void writesLongerThanTheMaximumAreDrainedAndMonstrousOnesEndTheConnection() throws IOException {
        try (TestClient client = client(true)) {
            int length = Protocol.MAX_PAYLOAD_BYTES + 1;
            client.ask(0, CMD_WRITE, 9, 0, length, pattern(length, 3));
            assertThat(client.answer(0).error()).isEqualTo(NbdError.EINVAL.code());
            assertThat(client.read(0, 4096)).containsOnly(0);
            client.ask(0, CMD_WRITE, 9, 0, 0xffffffffL);
            assertThat(client.isDropped()).isTrue();
        }
    }

    @Test
    void aReadOnlyExportRefusesEveryWayToWrite() throws IOException {
        try (TestClient client = TestClient.structured(server, "rbd/disk@snap")) {
            assertThat(client.write(0, pattern(100_000, 1))).isEqualTo(NbdError.EPERM.code());
            assertThat(client.error(0, CMD_TRIM, 0, 4096)).isEqualTo(NbdError.EPERM.code());
            assertThat(client.error(0, CMD_WRITE_ZEROES, 0, 4096)).isEqualTo(NbdError.EPERM.code());
            assertThat(client.error(0, CMD_FLUSH, 0, 0)).isZero();
            assertThat(client.read(0, 100_000)).containsOnly(0);
        }
    }

    @Test
    void anExportMayBeMoreReadOnlyThanItsDevice() {
        assertThat(new Export("x", "", disk, true).readOnly()).isTrue();
        assertThat(new Export("x", "", readOnly, false).readOnly()).isTrue();
        assertThat(new Export("x", "", disk, false).readOnly()).isFalse();
    }

    @Test
    void fuaFlushesWhatItWroteAndNothingElseDoes() throws IOException {
        try (TestClient client = client(true)) {
            client.write(0, pattern(4096, 1));
            client.error(0, CMD_WRITE_ZEROES, 0, 4096);
            client.error(0, CMD_TRIM, 0, 4096);
            client.error(Protocol.CMD_FLAG_FUA, CMD_READ, 0, 4096);
            assertThat(disk.flushes).hasValue(0);
            client.ask(Protocol.CMD_FLAG_FUA, CMD_WRITE, 1, 0, 3, (byte) 1, (byte) 2, (byte) 3);
            assertThat(client.answer(0).error()).isZero();
            assertThat(disk.flushes).hasValue(1);
            client.error(Protocol.CMD_FLAG_FUA, CMD_WRITE_ZEROES, 0, 4096);
            assertThat(disk.flushes).hasValue(2);
            client.error(Protocol.CMD_FLAG_FUA, CMD_TRIM, 0, 4096);
            assertThat(disk.flushes).hasValue(3);
            client.error(0, CMD_FLUSH, 0, 0);
            assertThat(disk.flushes).hasValue(4);
        }
    }

    @Test
    void zeroesKeepTheirSpaceWhenNoHoleIsAllowed() throws IOException {
        try (TestClient client = client(true)) {
            client.write(0, pattern(100_000, 1));
            int noHole = Protocol.CMD_FLAG_NO_HOLE;
            assertThat(client.error(noHole, CMD_WRITE_ZEROES, 1, 50_000)).isZero();
            assertThat(disk.lastMayUnmap).isFalse();
            assertThat(client.error(Protocol.CMD_FLAG_FAST_ZERO, CMD_WRITE_ZEROES, 50_001, 40_000))
                    .isZero();
            assertThat(disk.lastMayUnmap).isTrue();
            assertThat(disk.copy(1, 90_000)).containsOnly(0);
            assertThat(disk.copy(90_001, 9_999)).isEqualTo(Arrays.copyOfRange(pattern(100_000, 1), 90_001, 100_000));
        }
    }

    @Test
    void fastZeroesAreRefusedWhereTheyWouldBeWritten() throws IOException {
        try (TestClient client = client(true)) {
            client.write(0, pattern(100_000, 1));
            disk.storesZeroes = true;
            int fast = Protocol.CMD_FLAG_FAST_ZERO;
            assertThat(client.error(fast | Protocol.CMD_FLAG_NO_HOLE, CMD_WRITE_ZEROES, 0, 100_000))
                    .isEqualTo(NbdError.ENOTSUP.code());
            assertThat(disk.copy(0, 100_000)).isEqualTo(pattern(100_000, 1));
            assertThat(client.error(fast, CMD_WRITE_ZEROES, 0, 100_000)).isZero();
            assertThat(disk.copy(0, 100_000)).containsOnly(0);
        }
    }

    @Test
    void cacheReadsTheRangeAndReportsFailures() throws IOException {
        try (TestClient client = client(true)) {
            assertThat(client.error(0, CMD_CACHE, 1, DISK_BYTES - 1)).isZero();
            disk.failOn("read", Problem.IO, "no");
            assertThat(client.error(0, CMD_CACHE, 0, 4096)).isEqualTo(NbdError.EIO.code());
        }
    }

    @Test
    void blockStatusTellsDataFromHoles() throws IOException {
        try (TestClient client = client(true)) {
            client.write(4096, pattern(8192, 1));
            client.error(0, CMD_WRITE_ZEROES, 8192, 4096);
            client.ask(0, CMD_BLOCK_STATUS, 1, 100, DISK_BYTES - 100);
            Reply reply = client.answer(0);
            assertThat(reply.type()).isEqualTo(Protocol.REPLY_TYPE_BLOCK_STATUS);
            assertThat(ints(reply.data())).containsExactly(1, 3996, 3, 4096, 0, DISK_BYTES - 8192, 3);
            client.ask(Protocol.CMD_FLAG_REQ_ONE, CMD_BLOCK_STATUS, 1, 4096, DISK_BYTES - 4096);
            assertThat(ints(client.answer(0).data())).containsExactly(1, 4096, 0);
            client.ask(Protocol.CMD_FLAG_REQ_ONE, CMD_BLOCK_STATUS, 1, 4096, 50);
            assertThat(ints(client.answer(0).data())).containsExactly(1, 50, 0);
            assertThat(client.error(0, CMD_BLOCK_STATUS, 0, 0)).isEqualTo(NbdError.EINVAL.code());
        }
    }

    private static List<Integer> ints(byte[] bytes) {
        return IntStream.range(0, bytes.length / 4)
                .map(i -> ByteBuffer.wrap(bytes).getInt(4 * i))
                .boxed()
                .toList();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void failuresOfTheDeviceReachTheClientAndTheConnectionGoesOn(boolean structured) throws IOException {
        Object[][] cases = {
            {Problem.IO, NbdError.EIO},
            {Problem.CORRUPT, NbdError.EIO},
            {Problem.NO_SPACE, NbdError.ENOSPC},
            {Problem.READ_ONLY, NbdError.EPERM},
            {Problem.FORBIDDEN, NbdError.EPERM},
            {Problem.INVALID_ARGUMENT, NbdError.EINVAL},
            {Problem.UNSUPPORTED, NbdError.ENOTSUP},
            {Problem.OUT_OF_RANGE, NbdError.ENOSPC},
            {Problem.IMAGE_IN_USE, NbdError.EIO},
        };
        try (TestClient client = client(structured)) {
            for (Object[] pair : cases) {
                disk.failOn("write", (Problem) pair[0], "told to");
                int expected = ((NbdError) pair[1]).code();
                assertThat(client.write(0, pattern(100, 1))).isEqualTo(expected);
                assertThat(client.write(0, pattern(200_000, 1))).isEqualTo(expected);
            }
            disk.failOn("read", Problem.IO, "told to");
            for (int length : new int[] {1, 4096, 1 << 20}) {
                client.ask(0, CMD_READ, 1, 0, length);
                assertThat(client.answer(length).error()).isEqualTo(NbdError.EIO.code());
            }
            disk.before(name -> {
                throw new IllegalStateException("a defect");
            });
            assertThat(client.error(0, CMD_FLUSH, 0, 0)).isEqualTo(NbdError.EIO.code());
            disk.before(name -> {});
            assertThat(client.read(0, 200_000)).containsOnly(0);
        }
    }

    @Test
    void aWrongMagicEndsTheConnectionAfterTheRepliesBeforeIt() throws IOException {
        try (TestClient client = client(false)) {
            byte[] wrong = TestClient.request(0, CMD_READ, 2, 0, 1);
            wrong[0]++;
            client.send(TestClient.concat(TestClient.request(0, CMD_FLUSH, 1, 0, 0), wrong));
            assertThat(client.rest()).hasSize(16);
        }
    }

    @Test
    void disconnectAnswersWhatCameBefore() throws IOException {
        try (TestClient client = client(false)) {
            client.send(TestClient.concat(
                    TestClient.request(0, CMD_READ, 1, 0, 100), TestClient.request(0, CMD_DISC, 2, 0, 0)));
            assertThat(client.rest()).hasSize(116);
        }
        server.close();
        assertThat(disk.closes).hasValue(1);
    }
}
