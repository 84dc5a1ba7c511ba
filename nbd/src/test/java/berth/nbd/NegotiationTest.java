package berth.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import berth.nbd.TestClient.OptionReply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class NegotiationTest extends NbdServerTestBase {
    private static final byte[] NOTHING = {};

    private TestClient client() throws IOException {
        TestClient client = new TestClient(server);
        client.flags(3);
        return client;
    }

    private int typeOfReplyTo(int option, byte[] data) throws IOException {
        try (TestClient client = client()) {
            client.option(option, data);
            return client.replies().getLast().type();
        }
    }

    @Test
    void exportNameIsFollowedBy124ZeroesUnlessTheClientDeclinesThem() throws IOException {
        byte[] name = "rbd/disk".getBytes(StandardCharsets.UTF_8);
        for (int flags : new int[] {1, 3}) {
            try (TestClient client = new TestClient(server)) {
                client.flags(flags);
                client.option(Protocol.OPT_EXPORT_NAME, name);
                client.ask(0, Protocol.CMD_DISC, 0, 0, 0);
                ByteBuffer answer = ByteBuffer.wrap(client.rest());
                assertThat(answer.remaining()).isEqualTo(flags == 1 ? 134 : 10);
                assertThat(answer.getLong()).isEqualTo(DISK_BYTES);
                assertThat(answer.getShort() & 0xffff).isEqualTo(0b1101_0110_1101);
            }
        }
    }

    @Test
    void aClientWithoutFixedNewstyleGetsExportNameAndNothingElse() throws IOException {
        try (TestClient client = new TestClient(server)) {
            client.flags(0);
            client.option(Protocol.OPT_EXPORT_NAME, NOTHING);
            client.ask(0, Protocol.CMD_DISC, 0, 0, 0);
            assertThat(client.rest()).hasSize(134);
        }
        try (TestClient client = new TestClient(server)) {
            client.flags(0);
            client.option(Protocol.OPT_LIST, NOTHING);
            assertThat(client.isDropped()).isTrue();
        }
    }

    @Test
    void exportNameOfAMissingExportEndsTheConnection() throws IOException {
        try (TestClient client = client()) {
            client.option(Protocol.OPT_EXPORT_NAME, "rbd/none".getBytes(StandardCharsets.UTF_8));
            assertThat(client.isDropped()).isTrue();
        }
    }

    @Test
    void infoGivesSizeFlagsBlockSizesNameAndDescription() throws IOException {
        try (TestClient client = client()) {
            client.option(
                    Protocol.OPT_INFO, TestClient.info("", Protocol.INFO_NAME, Protocol.INFO_DESCRIPTION, 3, 4711));
            List<OptionReply> replies = client.replies();
            assertThat(replies)
                    .extracting(OptionReply::type)
                    .containsExactly(
                            Protocol.REP_INFO,
                            Protocol.REP_INFO,
                            Protocol.REP_INFO,
                            Protocol.REP_INFO,
                            Protocol.REP_ACK);
            assertThat(replies.get(0).data())
                    .isEqualTo(ByteBuffer.allocate(12)
                            .putShort((short) 0)
                            .putLong(DISK_BYTES)
                            .putShort((short) 0b1101_0110_1101)
                            .array());
            assertThat(replies.get(1).data())
                    .isEqualTo(ByteBuffer.allocate(14)
                            .putShort((short) 3)
                            .putInt(1)
                            .putInt(4096)
                            .putInt(32 << 20)
                            .array());
            assertThat(replies.get(2).text()).isEqualTo("\0\1rbd/disk");
            assertThat(replies.get(3).text()).isEqualTo("\0\2" + DISK_BYTES + " bytes");
        }
    }

    @Test
    void readOnlyExportsOfferNoWaysToWrite() throws IOException {
        try (TestClient client = client()) {
            client.ack(Protocol.OPT_STRUCTURED_REPLY);
            client.option(Protocol.OPT_GO, TestClient.info("rbd/disk@snap"));
            int flags = ByteBuffer.wrap(client.replies().getFirst().data()).getShort(10);
            assertThat(flags).isEqualTo((short) 0b0101_1000_1111);
        }
    }

    @Test
    void listNamesTheExportsWithTheirDescriptions() throws IOException {
        try (TestClient client = client()) {
            client.option(Protocol.OPT_LIST, NOTHING);
            assertThat(client.replies())
                    .extracting(OptionReply::text)
                    .containsExactly("\0\0\0\u0008rbd/disk8388608 bytes", "\0\0\0\rrbd/disk@snap1048576 bytes", "");
        }
    }

    @Test
    void abortIsAcknowledgedAndEndsTheConnection() throws IOException {
        try (TestClient client = client()) {
            client.option(Protocol.OPT_ABORT, new byte[100]);
            assertThat(client.reply().type()).isEqualTo(Protocol.REP_ACK);
            assertThat(client.isDropped()).isTrue();
        }
    }

    @Test
    void unknownOptionsAreUnsupportedAndHarmless() throws IOException {
        try (TestClient client = client()) {
            for (int option : new int[] {4, 11, 12, 4711, -1}) {
                client.option(option, new byte[13]);
                OptionReply reply = client.reply();
                assertThat(reply.type()).isEqualTo(Protocol.REP_ERR_UNSUP);
                assertThat(reply.option()).isEqualTo(option);
            }
            client.go("rbd/disk");
            assertThat(client.read(0, 10)).containsOnly(0);
        }
    }

    @Test
    void malformedOptionsAreInvalid() throws IOException {
        byte[] cut = {0, 0, 0, 100, 'a'};
        byte[] huge = {-1, -1, -1, -1, 'a', 0, 0};
        byte[] notUtf8 = {0, 0, 0, 2, (byte) 0xc3, 0x28, 0, 0};
        byte[] nul = {0, 0, 0, 1, 0, 0, 0};
        byte[] tooMany = TestClient.concat(TestClient.info("rbd/disk"), new byte[1]);
        byte[] tooFew = {0, 0, 0, 0, 0, 2, 0, 1};
        for (byte[] data : List.of(NOTHING, cut, huge, notUtf8, nul, tooMany, tooFew)) {
            assertThat(typeOfReplyTo(Protocol.OPT_INFO, data)).isEqualTo(Protocol.REP_ERR_INVALID);
            assertThat(typeOfReplyTo(Protocol.OPT_GO, data)).isEqualTo(Protocol.REP_ERR_INVALID);
        }
        assertThat(typeOfReplyTo(Protocol.OPT_LIST, new byte[1])).isEqualTo(Protocol.REP_ERR_INVALID);
        assertThat(typeOfReplyTo(Protocol.OPT_STRUCTURED_REPLY, new byte[1])).isEqualTo(Protocol.REP_ERR_INVALID);
        assertThat(typeOfReplyTo(Protocol.OPT_STARTTLS, new byte[1])).isEqualTo(Protocol.REP_ERR_INVALID);
        assertThat(typeOfReplyTo(Protocol.OPT_GO, TestClient.info("x".repeat(4097))))
                .isEqualTo(Protocol.REP_ERR_INVALID);
    }

    @Test
    void missingExportsAreUnknownAndTheClientMayGoOn() throws IOException {
        try (TestClient client = client()) {
            client.option(Protocol.OPT_GO, TestClient.info("rbd/none"));
            OptionReply reply = client.reply();
            assertThat(reply.type()).isEqualTo(Protocol.REP_ERR_UNKNOWN);
            assertThat(reply.text()).isEqualTo("image rbd/none does not exist");
            client.go("rbd/disk");
        }
    }

    @Test
    void tooLongOptionsAreSkippedAndMonstrousOnesEndTheConnection() throws IOException {
        try (TestClient client = client()) {
            client.option(Protocol.OPT_GO, new byte[Negotiator.MAX_OPTION_BYTES + 1]);
            assertThat(client.reply().type()).isEqualTo(Protocol.REP_ERR_TOO_BIG);
            client.go("rbd/disk");
        }
        try (TestClient client = client()) {
            client.optionHeader(Protocol.OPT_GO, -1, NOTHING);
            assertThat(client.isDropped()).isTrue();
        }
    }

    @Test
    void wrongMagicAndUnknownClientFlagsEndTheConnection() throws IOException {
        try (TestClient client = client()) {
            client.send(new byte[16]);
            assertThat(client.isDropped()).isTrue();
        }
        try (TestClient client = new TestClient(server)) {
            client.flags(7);
            assertThat(client.isDropped()).isTrue();
        }
    }

    @Test
    void startTlsIsRefusedWhereTlsIsOff() throws IOException {
        assertThat(typeOfReplyTo(Protocol.OPT_STARTTLS, NOTHING)).isEqualTo(Protocol.REP_ERR_POLICY);
    }

    @Test
    void metaContextsNeedStructuredReplies() throws IOException {
        byte[] data = TestClient.metaContext("rbd/disk", Protocol.BASE_ALLOCATION);
        assertThat(typeOfReplyTo(Protocol.OPT_SET_META_CONTEXT, data)).isEqualTo(Protocol.REP_ERR_INVALID);
        assertThat(typeOfReplyTo(Protocol.OPT_LIST_META_CONTEXT, data)).isEqualTo(Protocol.REP_ERR_INVALID);
    }

    @Test
    void metaContextsAreListedByNameByWildcardAndByNoQueryAtAll() throws IOException {
        try (TestClient client = client()) {
            client.ack(Protocol.OPT_STRUCTURED_REPLY);
            String[][] matching = {{}, {"base:"}, {"base:allocation"}, {"x-none:", "base:allocation", "base:"}};
            for (String[] queries : matching) {
                client.option(Protocol.OPT_LIST_META_CONTEXT, TestClient.metaContext("rbd/disk", queries));
                assertThat(client.replies())
                        .extracting(OptionReply::text)
                        .containsExactly("\0\0\0\0base:allocation", "");
            }
            for (String query : List.of("base:other", "qemu:", "nocolon", "")) {
                client.option(Protocol.OPT_LIST_META_CONTEXT, TestClient.metaContext("rbd/disk", query));
                assertThat(client.replies()).extracting(OptionReply::type).containsExactly(Protocol.REP_ACK);
            }
            client.option(Protocol.OPT_LIST_META_CONTEXT, TestClient.metaContext("rbd/none"));
            assertThat(client.reply().type()).isEqualTo(Protocol.REP_ERR_UNKNOWN);
        }
    }

    @Test
    void onlyTheLastSelectionOfMetaContextsCounts() throws IOException {
        String[][] notSelecting = {{}, {"base:"}, {"x-none:y"}};
        for (String[] queries : notSelecting) {
            try (TestClient client = client()) {
                client.ack(Protocol.OPT_STRUCTURED_REPLY);
                client.option(
                        Protocol.OPT_SET_META_CONTEXT, TestClient.metaContext("rbd/disk", Protocol.BASE_ALLOCATION));
                assertThat(client.replies()).hasSize(2);
                client.option(Protocol.OPT_SET_META_CONTEXT, TestClient.metaContext("rbd/disk", queries));
                assertThat(client.replies()).hasSize(1);
                client.go("rbd/disk");
                assertThat(client.error(0, 7, 0, 4096)).isEqualTo(NbdError.EINVAL.code());
            }
        }
    }

    @Test
    void metaContextsOfAnotherExportDoNotCount() throws IOException {
        try (TestClient client = client()) {
            client.ack(Protocol.OPT_STRUCTURED_REPLY);
            client.option(
                    Protocol.OPT_SET_META_CONTEXT, TestClient.metaContext("rbd/disk@snap", Protocol.BASE_ALLOCATION));
            client.replies();
            client.go("rbd/disk");
            assertThat(client.error(0, 7, 0, 4096)).isEqualTo(NbdError.EINVAL.code());
        }
    }

    @Test
    void metaContextsOfTheDefaultExportCountForItsName() throws IOException {
        try (TestClient client = client()) {
            client.ack(Protocol.OPT_STRUCTURED_REPLY);
            client.option(Protocol.OPT_SET_META_CONTEXT, TestClient.metaContext("", Protocol.BASE_ALLOCATION));
            client.replies();
            client.go("rbd/disk");
            assertThat(client.error(0, 7, 0, 4096)).isZero();
        }
    }

    @Test
    void exportsThatWereOnlyAskedAboutAreClosed() throws IOException {
        try (TestClient client = client()) {
            client.option(Protocol.OPT_INFO, TestClient.info("rbd/disk@snap"));
            client.replies();
            client.go("rbd/disk");
            assertThat(readOnly.closes).hasValue(1);
            assertThat(disk.closes).hasValue(0);
        }
        server.close();
        assertThat(disk.closes).hasValue(1);
    }

    @Test
    void aClientThatNeverChoosesIsDisconnectedAfterATime() throws IOException {
        var config =
                new NbdServerConfig(loopback(), new NbdTls.Off(), 4, Duration.ofMillis(100), Duration.ofSeconds(1));
        try (NbdServer impatient = NbdServer.start(config, exports);
                TestClient silent = new TestClient(impatient);
                TestClient chosen = TestClient.simple(impatient, "rbd/disk")) {
            assertThat(silent.isDropped()).isTrue();
            assertThat(chosen.read(0, 1)).hasSize(1);
        }
    }
}
