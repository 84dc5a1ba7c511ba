package berth.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.block.Problem;
import berth.posix.Errno;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReceiptTest {
    private static final Instant WHEN = Instant.parse("2026-01-02T03:04:05.678Z");
    private static final ReceiptStatement STATEMENT = new ReceiptStatement(
            "Berth 1.2.3",
            new ReceiptStatement.Actor("host", "root"),
            new ReceiptStatement.Origin(
                    Optional.empty(),
                    Optional.empty(),
                    "{\"type\":\"raw\"}",
                    Map.of("/a/b mtime", "17", "/a/b inode", "4")),
            new ReceiptStatement.Target(
                    "rbd", "vm \"1\" \u00e4\u0007/", "12ab", 4096, List.of(new MovedPoint("", 4096, false))),
            new ReceiptStatement.Content(
                    4194304,
                    1,
                    "XXH3-128",
                    "00ff",
                    Optional.of(new RangeDigests(1, List.of(List.of("77aa")))),
                    4096,
                    4096,
                    0),
            new ReceiptStatement.Verification(true, false, List.of()),
            new ReceiptStatement.MoveTimes(WHEN, WHEN, WHEN, WHEN),
            Map.of("workers", "2"));

    @TempDir
    Path directory;

    private Receipt signed() {
        return Receipt.sign(STATEMENT, SigningKey.openOrCreate(directory.resolve("keys/receipt.pem")));
    }

    @Test
    void aReceiptComesBackFromItsFileAsItWas() {
        Receipt receipt = signed();
        Path file = directory.resolve("a/b/receipt.json");
        assertThat(ReceiptSink.toFile(file).write(receipt)).isEqualTo(file.toString());
        assertThat(Receipt.read(file)).isEqualTo(receipt);
        assertThat(Receipt.read(file).verifySignature()).isTrue();
    }

    @Test
    void theSignatureIsOverCanonicalJson() {
        assertThat(Json.canonical(STATEMENT))
                .isEqualTo("{\"actor\":{\"host\":\"host\",\"user\":\"root\"},"
                        + "\"content\":{\"bytes_read\":4096,\"bytes_skipped\":0,\"bytes_written\":4096,"
                        + "\"digest\":\"XXH3-128\",\"object_bytes\":4194304,\"objects\":1,"
                        + "\"ranges\":{\"objects\":1,\"points\":[[\"77aa\"]]},\"root_digest\":\"00ff\"},"
                        + "\"options\":{\"workers\":\"2\"},\"program\":\"Berth 1.2.3\","
                        + "\"source\":{\"description\":\"{\\\"type\\\":\\\"raw\\\"}\",\"id\":null,\"image\":null,"
                        + "\"validators\":{\"/a/b inode\":\"4\",\"/a/b mtime\":\"17\"}},"
                        + "\"target\":{\"id\":\"12ab\",\"image\":\"vm \\\"1\\\" \u00e4\\u0007/\","
                        + "\"points\":[{\"is_protected\":false,\"name\":\"\",\"size_bytes\":4096}],"
                        + "\"pool\":\"rbd\",\"size_bytes\":4096},"
                        + "\"times\":{\"committed\":\"2026-01-02T03:04:05.678Z\","
                        + "\"executed\":\"2026-01-02T03:04:05.678Z\",\"prepared\":\"2026-01-02T03:04:05.678Z\","
                        + "\"started\":\"2026-01-02T03:04:05.678Z\"},"
                        + "\"verification\":{\"accepted_changes\":[],\"source_reread\":false,\"target_reread\":true}}");
    }

    @ParameterizedTest
    @CsvSource({
        "Berth 1.2.3, Berth 1.2.4",
        "00ff, 00fe",
        "77aa, 77ab",
        "4194304, 4194305",
        "true, false",
        "17, 18",
        "678Z, 679Z",
        "rbd, vms",
    })
    void everyChangeOfTheStatementIsFoundOut(String original, String tampered) {
        String json = signed().toJson();
        assertThat(json).contains(original);
        assertThat(Receipt.parse(json.replace(original, tampered)).verifySignature())
                .isFalse();
    }

    @Test
    void layoutAndOrderDoNotMatter() {
        Receipt receipt = signed();
        assertThat(Receipt.parse(Json.canonical(receipt)).verifySignature()).isTrue();
        assertThat(Receipt.parse(receipt.toJson().replace("\n", "\n\t")).verifySignature())
                .isTrue();
    }

    @Test
    void whoeverSignsAnewIsSomeoneElse() {
        Receipt receipt = signed();
        Receipt forged = Receipt.sign(STATEMENT, SigningKey.openOrCreate(directory.resolve("other.pem")));
        assertThat(forged.verifySignature()).isTrue();
        assertThat(forged.signer()).isNotEqualTo(receipt.signer()).hasSize(64);
    }

    @Test
    void damagedSignaturesAreNoSignatures() {
        Receipt receipt = signed();
        Receipt.Seal seal = receipt.signature();
        for (Receipt.Seal damaged : List.of(
                new Receipt.Seal(seal.algorithm(), seal.publicKey(), "%"),
                new Receipt.Seal(seal.algorithm(), seal.publicKey(), ""),
                new Receipt.Seal(seal.algorithm(), "AAAA", seal.value()),
                new Receipt.Seal("none", seal.publicKey(), seal.value()))) {
            assertThat(new Receipt(Receipt.FORMAT, Receipt.VERSION, STATEMENT, damaged).verifySignature())
                    .isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "{\"format\":\"berth-receipt\"}",
                "{\"format\":\"berth-receipt\",\"format\":\"berth-receipt\"}",
            })
    void whatIsNoReceiptIsRefused(String text) {
        assertProblem(Problem.MALFORMED, text);
    }

    @Test
    void whatIsNotPartOfTheFormatIsRefused() {
        String json = signed().toJson();
        assertProblem(Problem.MALFORMED, json.replaceFirst("\"host\"", "\"extra\" : 1, \"host\""));
        assertProblem(Problem.MALFORMED, json + "{}");
        assertProblem(Problem.MALFORMED, json.replace("\"00ff\"", "null"));
        assertProblem(Problem.MALFORMED, json.replace("berth-receipt", "invoice"));
        assertProblem(Problem.NEWER_FORMAT, json.replace("\"version\" : 2", "\"version\" : 3"));
        assertProblem(Problem.NEWER_FORMAT, "{\"format\":\"berth-receipt\",\"version\":3,\"new\":{}}");
        assertProblem(Problem.UNSUPPORTED, json.replace("\"version\" : 2", "\"version\" : 1"));
    }

    private static void assertProblem(Problem problem, String json) {
        assertThatThrownBy(() -> Receipt.parse(json))
                .isInstanceOfSatisfying(
                        BlockException.class, e -> assertThat(e.problem()).isEqualTo(problem));
    }

    @Test
    void theKeyIsMadeOnceAndOnlyItsOwnerMayReadIt() throws Exception {
        Path file = directory.resolve("keys/receipt.pem");
        Receipt first = signed();
        assertThat(signed().signer()).isEqualTo(first.signer());
        assertThat(signed().signature()).as("Ed25519 is deterministic").isEqualTo(first.signature());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
                .isEqualTo("rwx------");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(this::signed)
                .isInstanceOfSatisfying(
                        BlockException.class, e -> assertThat(e.problem()).isEqualTo(Problem.FORBIDDEN));
    }

    @Test
    void aDamagedKeyIsRefused() throws Exception {
        Path file = directory.resolve("keys/receipt.pem");
        SigningKey.openOrCreate(file);
        Files.writeString(file, Files.readString(file).replace("PUBLIC", "PUB"));
        assertThatThrownBy(this::signed)
                .isInstanceOfSatisfying(
                        BlockException.class, e -> assertThat(e.problem()).isEqualTo(Problem.MALFORMED));
    }

    @Test
    void aKeyThatCannotBeReadIsToldWithTheErrno() throws Exception {
        Files.createDirectories(
                directory.resolve("keys/receipt.pem"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        assertThatThrownBy(this::signed)
                .isInstanceOfSatisfying(
                        BlockException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EISDIR));
    }

    @Test
    void aReceiptReplacesAnOlderOneAndLeavesNothingElse() throws Exception {
        Receipt receipt = signed();
        Path receipts = directory.resolve("receipts");
        ReceiptSink.toDirectory(receipts).write(receipt);
        ReceiptSink.toDirectory(receipts).write(receipt);
        try (var files = Files.list(receipts)) {
            assertThat(files).containsExactly(receipts.resolve("12ab.json"));
        }
    }
}
