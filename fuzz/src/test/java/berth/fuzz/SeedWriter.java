package berth.fuzz;

import berth.block.ObjectDigest;
import berth.local.journal.JournalEntry;
import berth.local.journal.JournalReader;
import berth.local.page.BlockState;
import berth.local.page.FillMap;
import berth.local.page.LayerMap;
import berth.local.page.PageCache;
import berth.local.page.PageFile;
import berth.migration.MovedPoint;
import berth.migration.RangeDigests;
import berth.migration.Receipt;
import berth.migration.ReceiptStatement;
import berth.migration.SigningKey;
import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.Deflater;

/**
 * Writes the seeds that are not written by hand into {@code corpus/}. Run it when a format changes; images of disks come
 * from {@link QemuSeeds}.
 */
final class SeedWriter {
    private static final int CLUSTER_BYTES = 4096;

    private final Path corpus;

    private SeedWriter(Path corpus) {
        this.corpus = corpus;
    }

    /** The argument is the directory {@code corpus}. */
    public static void main(String[] args) throws Exception {
        SeedWriter seeds = new SeedWriter(Path.of(args[0]));
        seeds.subclusters();
        seeds.tables();
        seeds.snapshots();
        seeds.clusters();
        seeds.journals();
        seeds.pages();
        seeds.nbd();
        seeds.nbdClient();
        seeds.control();
        seeds.receipt();
        QemuSeeds.write(seeds.corpus);
    }

    private void write(Target target, String name, byte[] bytes) throws IOException {
        Path directory = Files.createDirectories(corpus.resolve(target.toString()));
        Files.write(directory.resolve(name), bytes);
    }

    /** Four clusters of 16 KiB, the smallest that can have subclusters: header, L1 table, L2 table, some data. */
    private void subclusters() throws IOException {
        int cluster = 16 << 10;
        ByteBuffer image = ByteBuffer.allocate(3 * cluster + 512)
                .putInt(0, 0x514649fb)
                .putInt(4, 3)
                .putInt(20, 14)
                .putLong(24, 8L * cluster)
                .putInt(36, 1)
                .putLong(40, cluster)
                .putLong(72, 1 << 4)
                .putInt(96, 4)
                .putInt(100, 104)
                .putLong(cluster, 2L * cluster)
                .putLong(2 * cluster, 3L * cluster)
                .putLong(2 * cluster + 8, 0xff00L << 32 | 0xff)
                .putLong(2 * cluster + 24, 0xffffffffL << 32);
        write(Target.QCOW_IMAGE, "subclusters", image.array());
    }

    /** Two L1 entries, of which one has an L2 table: data, data next to it, a zero cluster, a compressed one. */
    private void tables() throws IOException {
        ByteBuffer tables = ByteBuffer.allocate(1 + 4 * 512)
                .put(0, (byte) 1)
                .putLong(1, 1L << 63 | 1024)
                .putLong(1 + 512, 1L << 63 | 1536)
                .putLong(1 + 520, 1L << 63 | 2048)
                .putLong(1 + 528, 1)
                .putLong(1 + 560, 1L << 62 | 2048);
        write(Target.QCOW_TABLES, "inside", tables.array());
        write(Target.QCOW_TABLES, "data-file", tables.put(0, (byte) 9).array());
    }

    /** Entries of 64 bytes that share the L1 table of the disk. */
    private void snapshots() throws IOException {
        ByteBuffer snapshots = ByteBuffer.allocate(1 + 2 * 64).put(0, (byte) 2);
        for (int at = 1; at < snapshots.capacity(); at += 64) {
            snapshots
                    .putLong(at, 512)
                    .putInt(at + 8, 1)
                    .putInt(at + 12, 1 << 16 | 1)
                    .putInt(at + 36, 16)
                    .putLong(at + 48, 32 << 10)
                    .put(at + 56, (byte) '1')
                    .put(at + 57, (byte) 'a');
        }
        write(Target.QCOW_SNAPSHOTS, "two", snapshots.array());
    }

    private void clusters() throws IOException {
        byte[] text = "a cluster of a disk. "
                .repeat(CLUSTER_BYTES)
                .substring(0, CLUSTER_BYTES)
                .getBytes(StandardCharsets.US_ASCII);
        cluster("text", text);
        cluster("zeroes", new byte[CLUSTER_BYTES]);
        write(Target.ZSTD_CLUSTER, "bomb", Zstd.compress(new byte[8 << 20]));
    }

    private void cluster(String name, byte[] cluster) throws IOException {
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        deflater.setInput(cluster);
        deflater.finish();
        byte[] out = new byte[CLUSTER_BYTES];
        write(Target.ZLIB_CLUSTER, name, Arrays.copyOf(out, deflater.deflate(out)));
        deflater.end();
        write(Target.ZSTD_CLUSTER, name, Zstd.compress(cluster));
    }

    private void journals() throws IOException {
        MemoryFiles files = StoreUse.sample();
        byte[] journal = files.bytes("journal.1");
        write(Target.JOURNAL_FILE, "store", journal);
        write(Target.JOURNAL_FILE, "torn", Arrays.copyOf(journal, journal.length - 3));
        ByteBuffer records = ByteBuffer.wrap(journal).order(ByteOrder.LITTLE_ENDIAN);
        int number = 0;
        for (int at = 0; at < journal.length; number++) {
            int payload = records.getInt(at + 4);
            write(Target.JOURNAL_ENTRIES, "record-" + number, Arrays.copyOfRange(journal, at + 28, at + 28 + payload));
            at += 28 + payload;
        }
        new JournalReader(files).replay(new JournalReader.Replay() {
            @Override
            public void begin() {}

            @Override
            public void apply(List<JournalEntry> entries) {
                for (JournalEntry entry : entries) {
                    if (entry instanceof JournalEntry.Put(String key, byte[] value) && value.length > 0) {
                        catalogRecord(key, value);
                    }
                }
            }
        });
    }

    private void catalogRecord(String key, byte[] value) {
        try {
            write(Target.CATALOG_RECORD, key.replace('/', '-'), value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void pages() throws IOException {
        MemoryFiles files = new MemoryFiles();
        PageFile file = new PageCache(files, 16).file(1);
        LayerMap map = new LayerMap(file);
        map.set(3, 70, BlockState.DATA);
        map.set(100, 120, BlockState.ZERO);
        file.writeBack();
        map.set(5, 6, BlockState.ABSENT);
        file.writeBack();
        write(Target.PAGE_FILE, "layer", files.bytes(PageFile.name(1)));
        PageFile digests = new PageCache(files, 16).file(1);
        new FillMap(digests).put(7, new ObjectDigest(1, 2));
        digests.writeBack();
        write(Target.PAGE_FILE, "fill", files.bytes(PageFile.name(1)));
    }

    private static ByteBuffer option(ByteBuffer out, int option, byte[] data) {
        return out.putLong(0x49484156454F5054L)
                .putInt(option)
                .putInt(data.length)
                .put(data);
    }

    private static byte[] text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(4 + bytes.length)
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }

    private static byte[] join(byte[]... parts) {
        ByteBuffer all = ByteBuffer.allocate(
                Arrays.stream(parts).mapToInt(part -> part.length).sum());
        Arrays.stream(parts).forEach(all::put);
        return all.array();
    }

    private static void request(ByteBuffer out, int command, long offset, int length) {
        out.putInt(0x25609513).putShort((short) 0).putShort((short) command);
        out.putLong(out.position()).putLong(offset).putInt(length);
    }

    private static byte[] written(ByteBuffer out) {
        byte[] bytes = new byte[out.flip().remaining()];
        out.get(bytes);
        return bytes;
    }

    private void nbd() throws IOException {
        ByteBuffer old = ByteBuffer.allocate(4096).putInt(0);
        option(old, 1, "pool/image".getBytes(StandardCharsets.UTF_8));
        request(old, 0, 0, 512);
        write(Target.NBD_SERVER, "export-name", written(old));

        ByteBuffer info = ByteBuffer.allocate(4096).putInt(3);
        option(info, 3, new byte[0]);
        option(info, 6, join(text("pool/image@snap"), new byte[] {0, 2, 0, 1, 0, 3}));
        option(info, 5, new byte[0]);
        option(info, 99, new byte[5]);
        option(info, 2, new byte[0]);
        write(Target.NBD_SERVER, "options", written(info));

        ByteBuffer session = ByteBuffer.allocate(64 << 10).putInt(3);
        option(session, 8, new byte[0]);
        byte[] queries = join(text(""), new byte[] {0, 0, 0, 1}, text("base:allocation"));
        option(session, 9, queries);
        option(session, 10, queries);
        option(session, 7, join(text(""), new byte[2]));
        request(session, 0, 512, 4096);
        request(session, 0, 0, 160 << 10);
        request(session, 1, 1024, 16);
        session.put(new byte[16]);
        request(session, 1, 0, 33 << 10);
        session.put(new byte[33 << 10]);
        for (int command = 3; command <= 7; command++) {
            request(session, command, 0, command == 3 ? 0 : 4096);
        }
        request(session, 0, 1L << 40, 1);
        request(session, 2, 0, 0);
        write(Target.NBD_SERVER, "session", written(session));
    }

    private static void reply(ByteBuffer out, int option, int type, byte[] data) {
        out.putLong(0x3e889045565a9L)
                .putInt(option)
                .putInt(type)
                .putInt(data.length)
                .put(data);
    }

    private static ByteBuffer chunk(ByteBuffer out, int type, long cookie, int length) {
        return out.putInt(0x668e33ef)
                .putShort((short) 1)
                .putShort((short) type)
                .putLong(cookie)
                .putInt(length);
    }

    /** A server that has structured replies, and one that has not. */
    private void nbdClient() throws IOException {
        byte[] info = ByteBuffer.allocate(12)
                .putShort(2, (short) 0)
                .putLong(2, 1 << 20)
                .array();
        for (int ack : new int[] {1, 0x80000001}) {
            ByteBuffer server = ByteBuffer.allocate(8192)
                    .putLong(0x4e42444d41474943L)
                    .putLong(0x49484156454F5054L)
                    .putShort((short) 3);
            reply(server, 8, ack, new byte[0]);
            if (ack == 1) {
                byte[] context = "base:allocation".getBytes(StandardCharsets.US_ASCII);
                reply(server, 10, 4, join(new byte[] {0, 0, 0, 7}, context));
                reply(server, 10, 1, new byte[0]);
            }
            reply(server, 7, 3, info);
            reply(server, 7, 1, new byte[0]);
            if (ack == 1) {
                chunk(server, 1, 1, 8 + 512).putLong(0).put(new byte[512]);
                chunk(server, 2, 2, 12).putLong(512).putInt(64 << 10);
                chunk(server, 5, 3, 20)
                        .putInt(7)
                        .putInt(4096)
                        .putInt(0)
                        .putInt(60 << 10)
                        .putInt(3);
            } else {
                server.putInt(0x67446698).putInt(0).putLong(1).put(new byte[512]);
                server.putInt(0x67446698).putInt(5).putLong(2);
            }
            write(Target.NBD_CLIENT, ack == 1 ? "structured" : "simple", written(server));
        }
    }

    private static byte[] frame(char type, byte[] payload) {
        return ByteBuffer.allocate(5 + payload.length)
                .put((byte) type)
                .putInt(payload.length)
                .put(payload)
                .array();
    }

    private void control() throws IOException {
        byte[] greeting = frame('H', join(new byte[] {'b', 'e', 'r', 't', 0, 0, 0, 0, 0, 0, 0, 7, '1'}));
        byte[] one = {0, 0, 0, 1};
        byte[] command = frame('C', join(one, text("ls"), text("/"), one, text("TZ"), text("UTC"), new byte[] {1}));
        byte[] input = frame('I', "input".getBytes(StandardCharsets.UTF_8));
        byte[] end = frame('Z', new byte[0]);
        write(Target.CONTROL_SESSION, "input", join(greeting, command, input, input, end));
        write(Target.CONTROL_SESSION, "cancel", join(greeting, command, frame('X', new byte[0])));
    }

    private void receipt() throws IOException {
        Instant time = Instant.ofEpochSecond(1_700_000_000, 5);
        ReceiptStatement statement = new ReceiptStatement(
                "berth 1",
                new ReceiptStatement.Actor("host", "user"),
                new ReceiptStatement.Origin(
                        Optional.of("pool/old"), Optional.of("a1"), "{\"type\":\"raw\"}", Map.of("size", "1")),
                new ReceiptStatement.Target("pool", "image", "b2", 1, List.of(new MovedPoint("", 1, false))),
                new ReceiptStatement.Content(
                        4 << 20,
                        1,
                        "XXH3-128",
                        "00ff",
                        Optional.of(new RangeDigests(1, List.of(List.of("00ff")))),
                        1,
                        1,
                        0),
                new ReceiptStatement.Verification(true, false, List.of("size: 1 -> 2")),
                new ReceiptStatement.MoveTimes(time, time, time, time),
                Map.of("workers", "2"));
        Path key = Scratch.directory().resolve("receipt.pem");
        Receipt receipt = Receipt.sign(statement, SigningKey.openOrCreate(key));
        Files.delete(key);
        write(Target.RECEIPT, "signed", receipt.toJson().getBytes(StandardCharsets.UTF_8));
    }
}
