package berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Access;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.posix.PosixFile;
import berth.server.Cancellation;
import berth.server.CommandIo;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransferTest {
    @TempDir
    Path temp;

    private Shell shell;

    @BeforeEach
    void start() {
        shell = new Shell(temp);
    }

    /** Data, zeroes that are stored, and holes, with an end that is no multiple of anything. */
    private static byte[] disk(long seed) {
        Random random = new Random(seed);
        byte[] disk = new byte[(9 << 20) + 777];
        for (int at = 0; at < disk.length; at += 4096) {
            if (random.nextInt(8) == 0) {
                byte[] block = new byte[Math.min(4096, disk.length - at)];
                random.nextBytes(block);
                System.arraycopy(block, 0, disk, at, block.length);
            }
        }
        return disk;
    }

    @Test
    void whatGoesInComesOutByFileAndByStream() throws Exception {
        long seed = Long.getLong("berth.seed", System.nanoTime());
        byte[] disk = disk(seed);
        Files.write(temp.resolve("disk.raw"), disk);
        assertThat(shell.run("import disk.raw vms/file")).isEqualTo("Importing image: 100% complete...done.\n");
        shell.input(disk);
        assertThat(shell.run("import --no-progress - vms/stream")).isEmpty();
        for (String image : new String[] {"file", "stream"}) {
            assertThat(shell.run("export vms/" + image + " " + image + ".out"))
                    .isEqualTo("Exporting image: 100% complete...done.\n");
            assertThat(Files.readAllBytes(temp.resolve(image + ".out")))
                    .as("seed %d", seed)
                    .isEqualTo(disk);
            shell.run("export --no-progress vms/" + image + " -");
            assertThat(shell.output()).as("seed %d", seed).isEqualTo(disk);
        }
        shell.quietly("snap create --no-progress vms/file@s").quietly("resize --size 20M --no-progress vms/file");
        shell.run("export --no-progress vms/file@s -");
        assertThat(shell.output()).as("seed %d", seed).isEqualTo(disk);
    }

    @Test
    void zeroesTakeNoSpaceOnEitherSide() throws Exception {
        try (PosixFile file = PosixFile.open(temp.resolve("sparse"), PosixFile.Mode.CREATE)) {
            file.truncate(1L << 30);
            file.write(ByteBuffer.wrap(new byte[] {1}), 512 << 20);
        }
        shell.quietly("import --no-progress sparse vms/sparse");
        try (Image image = shell.store().open(new ImageSpec("vms", "sparse"), Access.READ_ONLY)) {
            assertThat(image.usage().usedBytes()).isLessThanOrEqualTo(1 << 20);
        }
        shell.quietly("export --no-progress vms/sparse out");
        assertThat(Files.size(temp.resolve("out"))).isEqualTo(1L << 30);
        long blocks = (long) Files.getAttribute(temp.resolve("out"), "unix:size");
        assertThat(blocks).isEqualTo(1L << 30);
        try (PosixFile out = PosixFile.open(temp.resolve("out"), PosixFile.Mode.READ)) {
            assertThat(out.nextData(0)).hasValue(512 << 20);
            assertThat(out.nextHole(512 << 20).orElseThrow()).isLessThan(520 << 20);
        }
    }

    @Test
    void theNameOfTheImageCanBeGivenInEveryWayOfRbd() throws Exception {
        Files.write(temp.resolve("disk-boot.raw"), new byte[4096]);
        shell.quietly("import --no-progress disk-boot.raw");
        shell.quietly("-p vms import --no-progress disk-boot.raw --image 49704562_disk");
        shell.quietly("import --no-progress --path disk-boot.raw --dest-pool vms --dest a");
        shell.quietly(
                "import --no-progress --object-size 8M --image-feature layering --export-format 1 disk-boot.raw vms/b");
        assertThat(shell.run("ls")).isEqualTo("disk-boot.raw\n");
        assertThat(shell.run("ls vms")).isEqualTo("49704562_disk\na\nb\n");
        assertThat(shell.run("import")).isEqualTo("berth: path was not specified\n[exit 22]\n");
        assertThat(shell.run("import -")).isEqualTo("berth: destination image name was not specified\n[exit 22]\n");
    }

    @Test
    void exportDoesNotReplaceAFile() throws Exception {
        shell.quietly("create --size 1 vms/a");
        Files.writeString(temp.resolve("there"), "mine");
        assertThat(shell.run("export vms/a there"))
                .startsWith("berth: export error: (17) File exists\n")
                .endsWith("[exit 17]\n");
        assertThat(temp.resolve("there")).hasContent("mine");
    }

    @Test
    void aFileThatIsNotThereLeavesNoImage() {
        assertThat(shell.run("import nosuch vms/a")).startsWith("""
                        Importing image: 0% complete...failed.
                        berth: import failed: (2) No such file or directory
                        """).endsWith("[exit 2]\n");
        assertThat(shell.run("ls vms")).isEmpty();
    }

    @Test
    void aCancelledImportLeavesNoImage() {
        Cancellation cancellation = new Cancellation();
        InputStream endless = new InputStream() {
            private long count;

            @Override
            public int read() {
                return 1;
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                count += length;
                if (count > 64 << 20) {
                    cancellation.cancel();
                }
                Arrays.fill(into, offset, offset + length, (byte) 1);
                return length;
            }
        };
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = shell.run("import - vms/a", new CommandIo(endless, err, err, cancellation));
        assertThat(status).isEqualTo(125);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("berth: import failed: (125) Operation canceled");
        assertThat(shell.run("ls vms")).isEmpty();
    }

    @Test
    void aCancelledExportLeavesNoFile() throws Exception {
        shell.quietly("create --size 1G vms/a");
        try (Image image = shell.store().open(new ImageSpec("vms", "a"), Access.READ_WRITE)) {
            image.write(100 << 20, ByteBuffer.wrap(new byte[] {1}));
        }
        Cancellation cancellation = new Cancellation();
        cancellation.cancel();
        CommandIo io = new CommandIo(
                new ByteArrayInputStream(new byte[0]),
                OutputStream.nullOutputStream(),
                OutputStream.nullOutputStream(),
                cancellation);
        assertThat(shell.run("export vms/a out", io)).isEqualTo(125);
        assertThat(temp.resolve("out")).doesNotExist();
    }

    @Test
    void aReaderThatGoesAwayEndsTheExportInSilence() throws Exception {
        shell.quietly("create --size 1G vms/a");
        OutputStream closed = new OutputStream() {
            @Override
            public void write(int b) throws java.io.IOException {
                throw new java.io.IOException("Broken pipe");
            }
        };
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        CommandIo io = new CommandIo(InputStream.nullInputStream(), closed, err, new Cancellation());
        assertThat(shell.run("export --no-progress vms/a -", io)).isEqualTo(141);
        assertThat(err.size()).isZero();
    }

    @Test
    void diffsNameWhatChanged() {
        shell.quietly("create --size 1G vms/a");
        write("a", 0, 4096);
        shell.quietly("snap create --no-progress vms/a@one");
        write("a", 154796032, 8192);
        assertThat(shell.run("diff vms/a")).startsWith("Offset     Length  Type\n0          ");
        assertThat(shell.run("diff --from-snap one vms/a")).isEqualTo("""
                Offset     Length  Type
                154796032  8192    data
                """);
        assertThat(shell.run("diff --from-snap one --format json vms/a"))
                .isEqualTo("[{\"offset\":154796032,\"length\":8192,\"exists\":\"true\"}]\n");
        assertThat(shell.run("diff --from-snap nosuch vms/a"))
                .startsWith("berth: diff error: (2) No such file or directory\n")
                .endsWith("[exit 2]\n");
    }

    private void write(String image, long offset, int length) {
        byte[] data = new byte[length];
        Arrays.fill(data, (byte) 7);
        try (Image open = shell.store().open(new ImageSpec("vms", image), Access.READ_WRITE)) {
            open.write(offset, ByteBuffer.wrap(data));
        }
    }

    @Test
    void benchDoesWhatItSays() {
        shell.quietly("create --size 8M vms/a");
        assertThat(shell.run("bench --io-type write --io-size 64K --io-total 4M --io-threads 2 vms/a"))
                .matches("(?s)bench  type write io_size 65536 io_threads 2 bytes 4194304 pattern sequential\n"
                        + "  SEC       OPS   OPS/SEC   BYTES/SEC\n.*"
                        + "elapsed: [0-9]+   ops: 64   ops/sec: [0-9.]+   bytes/sec: [0-9.]+ [KMG]iB/s\n");
        assertThat(shell.run("du vms/a")).contains("a           8 MiB  4 MiB");
        assertThat(shell.run("bench vms/a")).endsWith("[exit 1]\n");
    }
}
