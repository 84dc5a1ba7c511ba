package berth.local.catalog;

import berth.block.BlockException;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.Limits;
import berth.block.MigrationState;
import berth.block.Names;
import berth.block.Problem;
import berth.block.TrashEntry;
import berth.local.catalog.CatalogRecord.ChecksumRecord;
import berth.local.catalog.CatalogRecord.FillRecord;
import berth.local.catalog.CatalogRecord.ImageRecord;
import berth.local.catalog.CatalogRecord.LayerRecord;
import berth.local.catalog.CatalogRecord.MigratingRecord;
import berth.local.catalog.CatalogRecord.OriginKind;
import berth.local.catalog.CatalogRecord.PoolRecord;
import berth.local.catalog.CatalogRecord.SnapshotRecord;
import berth.local.catalog.CatalogRecord.StoreRecord;
import berth.local.catalog.CatalogRecord.Times;
import berth.local.catalog.CatalogRecord.Trashed;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The bytes of catalog records: a type byte, then the fields in the order of the record, big-endian. A string is its
 * length in bytes (4) and UTF-8; an instant is seconds (8) and nanoseconds (4); an enum is its name; a collection starts
 * with its size (4).
 */
final class CatalogCodec {
    private static final int MAX_STRING_BYTES = 16 << 20;

    private CatalogCodec() {}

    static byte[] encode(CatalogRecord record) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            switch (record) {
                case StoreRecord store -> {
                    out.writeByte('S');
                    out.writeInt(store.formatVersion());
                    out.writeLong(store.nextNumber());
                }
                case PoolRecord pool -> {
                    out.writeByte('P');
                    string(out, pool.name());
                }
                case ImageRecord image -> image(out, image);
                case SnapshotRecord snapshot -> snapshot(out, snapshot);
                case LayerRecord layer -> {
                    out.writeByte('L');
                    out.writeLong(layer.number());
                    string(out, layer.image());
                    out.writeLong(layer.below());
                    out.writeLong(layer.overlap());
                    out.writeInt(layer.fillPoint());
                }
                case ChecksumRecord checksums -> {
                    out.writeByte('C');
                    out.writeLong(checksums.layer());
                    out.writeLong(checksums.pages());
                }
                case FillRecord fill -> fill(out, fill);
                case MigratingRecord migration -> migration(out, migration);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static CatalogRecord decode(byte[] value) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(value))) {
            byte type = in.readByte();
            return switch (type) {
                case 'S' -> new StoreRecord(in.readInt(), in.readLong());
                case 'P' -> new PoolRecord(Names.check("pool", string(in)));
                case 'I' -> image(in);
                case 'N' -> snapshot(in);
                case 'L' -> new LayerRecord(in.readLong(), string(in), in.readLong(), in.readLong(), in.readInt());
                case 'C' -> new ChecksumRecord(in.readLong(), in.readLong());
                case 'F' -> fill(in);
                case 'M' ->
                    new MigratingRecord(
                            string(in),
                            string(in),
                            string(in),
                            MigrationState.valueOf(string(in)),
                            in.readBoolean(),
                            strings(in));
                default -> throw new BlockException(Problem.CORRUPT, "catalog record of unknown type " + type);
            };
        } catch (IOException | IllegalArgumentException | DateTimeException | ArithmeticException | BlockException e) {
            // A name, size or layout that nobody can give an image fails here as it would when someone tried.
            throw new BlockException(Problem.CORRUPT, "catalog record is damaged", e);
        }
    }

    private static void image(DataOutputStream out, ImageRecord image) throws IOException {
        out.writeByte('I');
        string(out, image.id());
        string(out, image.spec().pool());
        string(out, image.spec().image());
        out.writeInt(image.layout().order());
        out.writeLong(image.layout().stripeUnitBytes());
        out.writeLong(image.layout().stripeCount());
        out.writeLong(image.size());
        out.writeLong(image.head());
        out.writeLong(image.nextSnapshot());
        instant(out, image.times().created());
        instant(out, image.times().accessed());
        instant(out, image.times().modified());
        out.writeBoolean(image.trash().isPresent());
        if (image.trash().isPresent()) {
            string(out, image.trash().get().origin().name());
            instant(out, image.trash().get().since());
        }
    }

    private static ImageRecord image(DataInputStream in) throws IOException {
        return new ImageRecord(
                string(in),
                new ImageSpec(string(in), string(in)),
                new Layout(in.readInt(), in.readLong(), in.readLong()),
                Limits.checkImageBytes(in.readLong()),
                in.readLong(),
                in.readLong(),
                new Times(instant(in), instant(in), instant(in)),
                in.readBoolean()
                        ? Optional.of(new Trashed(TrashEntry.Origin.valueOf(string(in)), instant(in)))
                        : Optional.empty());
    }

    private static void snapshot(DataOutputStream out, SnapshotRecord snapshot) throws IOException {
        out.writeByte('N');
        string(out, snapshot.image());
        out.writeLong(snapshot.number());
        string(out, snapshot.name());
        out.writeLong(snapshot.size());
        out.writeLong(snapshot.layer());
        out.writeBoolean(snapshot.isProtected());
        instant(out, snapshot.created());
    }

    private static SnapshotRecord snapshot(DataInputStream in) throws IOException {
        return new SnapshotRecord(
                string(in),
                in.readLong(),
                Names.check("snapshot", string(in)),
                Limits.checkImageBytes(in.readLong()),
                in.readLong(),
                in.readBoolean(),
                instant(in));
    }

    private static void fill(DataOutputStream out, FillRecord fill) throws IOException {
        out.writeByte('F');
        string(out, fill.image());
        string(out, fill.kind().name());
        out.writeLong(fill.pages());
        out.writeInt(fill.layers().size());
        for (int point = 0; point < fill.layers().size(); point++) {
            out.writeLong(fill.layers().get(point));
            out.writeLong(fill.sizes().get(point));
        }
    }

    private static FillRecord fill(DataInputStream in) throws IOException {
        String image = string(in);
        OriginKind kind = OriginKind.valueOf(string(in));
        long pages = in.readLong();
        List<Long> layers = new ArrayList<>();
        List<Long> sizes = new ArrayList<>();
        for (int i = in.readInt(); i > 0; i--) {
            layers.add(in.readLong());
            sizes.add(in.readLong());
        }
        return new FillRecord(image, kind, pages, layers, sizes);
    }

    private static void migration(DataOutputStream out, MigratingRecord migration) throws IOException {
        out.writeByte('M');
        string(out, migration.image());
        string(out, migration.source());
        string(out, migration.description());
        string(out, migration.state().name());
        out.writeBoolean(migration.flatten());
        out.writeInt(migration.attributes().size());
        for (Map.Entry<String, String> entry : new TreeMap<>(migration.attributes()).entrySet()) {
            string(out, entry.getKey());
            string(out, entry.getValue());
        }
    }

    private static Map<String, String> strings(DataInputStream in) throws IOException {
        Map<String, String> strings = new TreeMap<>();
        for (int i = in.readInt(); i > 0; i--) {
            strings.put(string(in), string(in));
        }
        return strings;
    }

    private static void string(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String string(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > MAX_STRING_BYTES) {
            throw new IOException("string of " + length + " bytes");
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static void instant(DataOutputStream out, Instant instant) throws IOException {
        out.writeLong(instant.getEpochSecond());
        out.writeInt(instant.getNano());
    }

    private static Instant instant(DataInputStream in) throws IOException {
        return Instant.ofEpochSecond(in.readLong(), in.readInt());
    }
}
