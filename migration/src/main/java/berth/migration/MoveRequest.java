package berth.migration;

import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.SnapshotSpec;
import berth.block.Source;
import java.util.Optional;

/** What is to be moved where. */
public sealed interface MoveRequest {
    /** From when on the target of an import is needed. */
    enum Needed {
        /** While it is being filled. */
        AT_ONCE,
        /** When the import is committed; stores may have that cheaper. */
        WHEN_COMMITTED
    }

    /** The image that the disk becomes. */
    ImageSpec target();

    /**
     * Moves an image of the store: it goes to the trash, and comes back when the migration is aborted.
     *
     * @param source the image
     * @param target what it becomes; may have the same name
     * @param layout the new layout; the source's own when empty
     * @param flatten whether the target gives up the source's parent
     */
    record Linked(ImageSpec source, ImageSpec target, Optional<Layout> layout, boolean flatten)
            implements MoveRequest {}

    /**
     * Imports a disk from outside, which stays as it is.
     *
     * @param source the disk; it stays open, and whoever opened it closes it
     * @param target the image that it becomes
     * @param layout the layout of that image
     * @param needed from when on the target is needed
     * @param parent the snapshot that the target becomes a clone of; only where it is needed when committed
     */
    record Import(Source source, ImageSpec target, Layout layout, Needed needed, Optional<SnapshotSpec> parent)
            implements MoveRequest {
        /** An import whose target is needed at once. */
        public Import(Source source, ImageSpec target, Layout layout) {
            this(source, target, layout, Needed.AT_ONCE);
        }

        /** An import whose target is no clone. */
        public Import(Source source, ImageSpec target, Layout layout, Needed needed) {
            this(source, target, layout, needed, Optional.empty());
        }
    }

    /**
     * Imports a disk from outside that is not open yet.
     *
     * @param sourceSpec what describes the disk, see {@link berth.block.SourceOpener}
     * @param target the image that it becomes
     * @param layout the layout of that image
     * @param needed from when on the target is needed
     */
    record SpecImport(String sourceSpec, ImageSpec target, Layout layout, Needed needed) implements MoveRequest {
        /** An import whose target is needed at once. */
        public SpecImport(String sourceSpec, ImageSpec target, Layout layout) {
            this(sourceSpec, target, layout, Needed.AT_ONCE);
        }

        /** The same with the disk open. */
        Import of(Source source) {
            return new Import(source, target, layout, needed);
        }
    }
}
