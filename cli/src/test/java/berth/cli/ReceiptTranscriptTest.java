package berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Access;
import berth.block.Image;
import berth.block.ImageSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code berth receipt}, over the local store. */
class ReceiptTranscriptTest {
    @TempDir
    Path temp;

    private Shell shell;
    private Path raw;

    @BeforeEach
    void start() throws IOException {
        shell = Shell.local(temp);
        byte[] disk = new byte[12 << 20];
        new Random(4).nextBytes(disk);
        raw = Files.write(temp.resolve("raw.img"), disk);
    }

    @AfterEach
    void stop() {
        shell.close();
    }

    /** Moves the file; returns the receipt. */
    private Path move() throws IOException {
        shell.quietly("migration prepare --import-only --source-spec {\"type\":\"raw\",\"stream\":{\"type\":\"file\","
                + "\"file_path\":\"" + raw + "\"}} vms/web");
        shell.quietly("migration execute --no-progress vms/web");
        shell.quietly("migration commit --no-progress vms/web");
        try (Stream<Path> receipts = Files.list(temp.resolve("store/receipts"))) {
            return receipts.toList().getFirst();
        }
    }

    private void write(long offset) {
        try (Image image = shell.store().open(new ImageSpec("vms", "web"), Access.READ_WRITE)) {
            image.write(offset, ByteBuffer.wrap(new byte[] {1, 2, 3}));
        }
    }

    @Test
    void aProvenMove() throws IOException {
        Path receipt = move();
        assertThat(shell.run("receipt verify " + receipt)).matches("""
                Verify receipt: 100% complete...done.
                signed by [0-9a-f]{64}
                image vms/web \\([0-9a-f]+\\)
                	disk: the same
                source \\{.*raw.img.*
                	disk: the same
                Everything is what the receipt states.
                """);
    }

    @Test
    void theReceiptsInTheStoreAreListed() throws IOException {
        assertThat(shell.run("receipt ls")).isEmpty();
        assertThat(shell.run("receipt ls --format json")).isEqualTo("[]\n");
        Path receipt = move();
        assertThat(shell.run("receipt ls")).matches("""
                IMAGE    COMMITTED                 FILE +
                vms/web  .{24}  %s *
                """.formatted(receipt));
        assertThat(shell.run("receipt ls --format json"))
                .matches("\\[\\{\"image\":\"vms/web\",\"id\":\"[0-9a-f]+\",\"committed\":\"2.*Z\",\"file\":\"" + receipt
                        + "\"}]\n");
    }

    @Test
    void aDiskThatIsInUse() throws IOException {
        Path receipt = move();
        write(5 << 20);
        assertThat(shell.run("receipt verify --no-progress --no-source " + receipt))
                .contains("""
                	disk: differs since the move, in 1 of 3 ranges of 4 MiB, at bytes 4194304-8388607
                source""")
                .endsWith("""
                	not compared: not asked for
                All snapshots are what the receipt states; the disk was written since.
                [exit 3]
                """);
        assertThat(shell.run("receipt verify --no-progress --format json " + receipt))
                .matches("\\{\"verdict\":\"written_since\",\"signer\":\"[0-9a-f]{64}\",\"image\":\"vms/web\","
                        + "\"image_id\":\"[0-9a-f]+\",\"points\":\\[\\{\"snapshot\":\"\",\"outcome\":\"different\","
                        + "\"ranges\":3,\"differing\":\\[\\{\"offset\":4194304,\"length\":4194304}],\"remark\":\"\"}],"
                        + "\"source\":\\{\"outcome\":\"same\",\"changes\":\\[],\"points\":\\[\\{\"snapshot\":\"\","
                        + "\"outcome\":\"same\",\"ranges\":3,\"differing\":\\[],\"remark\":\"\"}],\"remark\":\"\"}}\n"
                        + "\\[exit 3]\n");
    }

    @Test
    void aSourceThatChanged() throws IOException {
        Path receipt = move();
        byte[] bytes = Files.readAllBytes(raw);
        bytes[0] ^= 1;
        Files.write(raw, bytes);
        assertThat(shell.run("receipt verify --no-progress " + receipt))
                .contains("	disk: differs from what was copied, in 1 of 3 ranges of 4 MiB, at bytes 0-4194303\n")
                .contains("raw.img mtime_ns: ")
                .endsWith("The source is not what was copied.\n[exit 116]\n");
        Files.delete(raw);
        assertThat(shell.run("receipt verify --no-progress " + receipt))
                .contains("	gone: ")
                .endsWith("Everything is what the receipt states.\n");
    }

    @Test
    void forgedAndBrokenReceipts() throws IOException {
        Path receipt = move();
        String text = Files.readString(receipt);
        Path changed = Files.writeString(temp.resolve("changed.json"), text.replace("vms", "vmz"));
        assertThat(shell.run("receipt verify " + changed)).isEqualTo("""
                        berth: the receipt's signature does not match: it, or its signature, was changed
                        [exit 74]
                        """);
        assertThat(shell.run("receipt verify raw.img"))
                .startsWith("berth: not a receipt")
                .endsWith("[exit 74]\n");
        assertThat(shell.run("receipt verify nosuch.json")).endsWith("[exit 2]\n");
        assertThat(shell.run("receipt verify")).isEqualTo("berth: receipt file was not specified\n[exit 22]\n");
        shell.quietly("rm --no-progress vms/web");
        assertThat(shell.run("receipt verify --no-progress " + receipt)).endsWith("[exit 2]\n");
    }

    @Test
    void theReceiptOfAnotherStore() throws IOException {
        Path receipt = move();
        Path other = Files.createDirectory(temp.resolve("other"));
        try (Shell elsewhere = Shell.local(other)) {
            assertThat(elsewhere.run("receipt verify " + receipt))
                    .startsWith("berth: this store has issued no receipt yet")
                    .endsWith("[exit 2]\n");
            Path key = temp.resolve("store/keys/receipt.pem");
            assertThat(elsewhere.run("receipt verify --no-progress --key " + key + " " + receipt))
                    .as("signed by whom the key says, but its image is not here")
                    .endsWith("[exit 2]\n");
            elsewhere.quietly("create --size 1M rbd/a").quietly("migration prepare rbd/a rbd/b");
            elsewhere.quietly("migration execute --no-progress rbd/b").quietly("migration commit --no-progress rbd/b");
            assertThat(elsewhere.run("receipt verify " + receipt))
                    .startsWith("berth: the receipt is signed with another key, whose fingerprint is ")
                    .endsWith("[exit 13]\n");
        }
        assertThat(shell.run("receipt verify --key " + raw + " " + receipt)).endsWith("[exit 74]\n");
    }
}
