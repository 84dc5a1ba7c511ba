package berth.migration;

import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.Source;
import java.util.Optional;

/** What is to be moved where. */
public sealed interface MoveRequest {
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
     */
    record Import(Source source, ImageSpec target, Layout layout) implements MoveRequest {}

    /**
     * Imports a disk from outside that is not open yet.
     *
     * @param sourceSpec what describes the disk, see {@link berth.block.SourceOpener}
     * @param target the image that it becomes
     * @param layout the layout of that image
     */
    record SpecImport(String sourceSpec, ImageSpec target, Layout layout) implements MoveRequest {
        /** The same with the disk open. */
        Import of(Source source) {
            return new Import(source, target, layout);
        }
    }
}
