package berth.local.catalog;

import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.MigrationState;
import berth.block.TrashEntry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A record of the catalog. Its {@link #key} names it; putting a record with the same key replaces it. */
public sealed interface CatalogRecord {
    /** The record's key, unique in the catalog. */
    String key();

    /**
     * What the store itself is.
     *
     * @param formatVersion the version of everything on disk
     * @param nextNumber the next free number for layers, page files, and images
     */
    record StoreRecord(int formatVersion, long nextNumber) implements CatalogRecord {
        static final String KEY = "store";

        @Override
        public String key() {
            return KEY;
        }
    }

    /** A pool. */
    record PoolRecord(String name) implements CatalogRecord {
        @Override
        public String key() {
            return "pool/" + name;
        }
    }

    /**
     * An image.
     *
     * @param id its id
     * @param spec pool and name; for an image in the trash the name it had
     * @param layout object size and striping, which the local store only remembers
     * @param size bytes
     * @param head the layer that clients write
     * @param nextSnapshot the next snapshot's number
     * @param times when it was made, read and written
     * @param trash when it is in the trash, since when and why
     */
    record ImageRecord(
            String id,
            ImageSpec spec,
            Layout layout,
            long size,
            long head,
            long nextSnapshot,
            Times times,
            Optional<Trashed> trash)
            implements CatalogRecord {
        @Override
        public String key() {
            return "image/" + id;
        }

        /** The same image with another size and head. */
        public ImageRecord with(long newSize, long newHead) {
            return new ImageRecord(id, spec, layout, newSize, newHead, nextSnapshot, times, trash);
        }

        /** The same image with another name. */
        public ImageRecord named(ImageSpec name) {
            return new ImageRecord(id, name, layout, size, head, nextSnapshot, times, trash);
        }

        /** The same image after it was put into the trash or taken out. */
        public ImageRecord trashed(Optional<Trashed> to) {
            return new ImageRecord(id, spec, layout, size, head, nextSnapshot, times, to);
        }

        /** The same image with other times. */
        public ImageRecord at(Times when) {
            return new ImageRecord(id, spec, layout, size, head, nextSnapshot, when, trash);
        }

        /** The same image with another number for its next snapshot. */
        public ImageRecord nextSnapshot(long next) {
            return new ImageRecord(id, spec, layout, size, head, next, times, trash);
        }
    }

    /** When an image was made, last opened for reading, and last opened for writing. */
    record Times(Instant created, Instant accessed, Instant modified) {
        /** All three are the same moment. */
        public static Times at(Instant moment) {
            return new Times(moment, moment, moment);
        }
    }

    /** Since when and why an image is in the trash. */
    record Trashed(TrashEntry.Origin origin, Instant since) {}

    /**
     * A snapshot.
     *
     * @param image the image's id
     * @param number its number in the image
     * @param name its name
     * @param size the image's size when it was taken
     * @param layer the frozen layer that it sees
     * @param isProtected whether it is protected
     * @param created when it was taken
     */
    record SnapshotRecord(
            String image, long number, String name, long size, long layer, boolean isProtected, Instant created)
            implements CatalogRecord {
        @Override
        public String key() {
            return "snapshot/" + image + "/" + number;
        }

        /** The same snapshot with another name and protection. */
        public SnapshotRecord with(String newName, boolean nowProtected) {
            return new SnapshotRecord(image, number, newName, size, layer, nowProtected, created);
        }

        /** The same snapshot of another image, or seeing another layer. */
        public SnapshotRecord moved(String toImage, long toNumber, long toLayer) {
            return new SnapshotRecord(toImage, toNumber, name, size, toLayer, isProtected, created);
        }
    }

    /**
     * A layer.
     *
     * @param number its number, which also names its files
     * @param image the id of the image that it belongs to
     * @param below the layer that shows through where this one is absent; 0 when there is none
     * @param overlap how many bytes of the layer below show through, from the start
     * @param fillPoint the point in time of the image's origin that is filled into this layer; -1 when it is no fill layer
     */
    record LayerRecord(long number, String image, long below, long overlap, int fillPoint) implements CatalogRecord {
        @Override
        public String key() {
            return key(number);
        }

        static String key(long number) {
            return "layer/" + number;
        }

        /** The same layer over another one. */
        public LayerRecord over(long newBelow, long newOverlap) {
            return new LayerRecord(number, image, newBelow, newOverlap, fillPoint);
        }

        /** The same layer in another image. */
        public LayerRecord in(String newImage) {
            return new LayerRecord(number, newImage, below, overlap, fillPoint);
        }

        /** The same layer after its filling has ended. */
        public LayerRecord filled() {
            return new LayerRecord(number, image, below, overlap, -1);
        }
    }

    /**
     * The checksums of a layer that a snapshot keeps from being changed.
     *
     * @param layer the layer's number
     * @param pages the number of the page file with the checksums
     */
    record ChecksumRecord(long layer, long pages) implements CatalogRecord {
        @Override
        public String key() {
            return key(layer);
        }

        static String key(long layer) {
            return "checksums/" + layer;
        }
    }

    /** Where the bytes of a fill come from. */
    enum OriginKind {
        /** A source outside of the store. */
        IMPORT,
        /** An image of the store that is being moved. */
        LINKED,
        /** The parent of a clone that is being flattened. */
        FLATTEN
    }

    /**
     * The origin of an image that is being filled.
     *
     * @param image the image's id
     * @param kind where the bytes come from
     * @param pages the number of the page file with the digests
     * @param layers the fill layers, oldest point in time first
     * @param sizes the sizes of those points in time, in bytes
     */
    record FillRecord(String image, OriginKind kind, long pages, List<Long> layers, List<Long> sizes)
            implements CatalogRecord {
        public FillRecord {
            layers = List.copyOf(layers);
            sizes = List.copyOf(sizes);
        }

        /** The bytes to fill: the largest size of all points in time. */
        public long size() {
            return sizes.stream().mapToLong(Long::longValue).max().orElse(0);
        }

        @Override
        public String key() {
            return "fill/" + image;
        }
    }

    /**
     * A migration.
     *
     * @param image the target's id
     * @param source the id of the source image; empty for an import
     * @param description the source's description; empty for a linked migration
     * @param state where it stands
     * @param flatten whether the source's parent is given up
     * @param attributes what the mover keeps with it
     */
    record MigratingRecord(
            String image,
            String source,
            String description,
            MigrationState state,
            boolean flatten,
            Map<String, String> attributes)
            implements CatalogRecord {
        public MigratingRecord {
            attributes = Map.copyOf(attributes);
        }

        @Override
        public String key() {
            return "migration/" + image;
        }

        /** The same migration in another state. */
        public MigratingRecord in(MigrationState newState, Map<String, String> newAttributes) {
            return new MigratingRecord(image, source, description, newState, flatten, newAttributes);
        }
    }
}
