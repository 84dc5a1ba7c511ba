package berth.migration;

import berth.block.Access;
import berth.block.BlockStore;
import berth.block.Extent;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.block.ParentLink;
import berth.block.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks at an image of a store as the source of a move. */
final class ImageSurvey {
    private ImageSurvey() {}

    /**
     * Counts what an image and its snapshots store.
     *
     * @param flatten whether what shows through from a parent has to be copied, too
     */
    static Survey of(BlockStore store, ImageSpec spec, boolean flatten) {
        List<Plan.Point> points = new ArrayList<>();
        try (Image image = store.open(spec, Access.READ_ONLY)) {
            Optional<ParentLink> parent = image.info().parent();
            boolean inherits = flatten && parent.isPresent();
            for (Snapshot snapshot : image.snapshots()) {
                try (Image at = store.open(spec.at(snapshot.name()))) {
                    long bytes = bytesToCopy(at, inherits && points.isEmpty());
                    points.add(new Plan.Point(snapshot.name(), snapshot.size(), bytes, snapshot.isProtected()));
                }
            }
            points.add(new Plan.Point("", image.size(), bytesToCopy(image, inherits && points.isEmpty()), false));
            return new Survey(parent.map(link -> text(link, flatten)).stream().toList(), points);
        }
    }

    private static String text(ParentLink parent, boolean flatten) {
        return "parent " + parent.snapshot() + " (" + Sizes.text(parent.overlapBytes()) + " of it show through), "
                + (flatten ? "copied" : "stays the parent");
    }

    /** What a point stores beyond the one before it; the oldest one of a flattened clone also holds the parent's data. */
    private static long bytesToCopy(Image point, boolean withParent) {
        if (!withParent) {
            return point.usage().usedBytes();
        }
        long[] bytes = {0};
        point.extents(0, point.size(), (offset, length, kind) -> bytes[0] += kind == Extent.Kind.DATA ? length : 0);
        return bytes[0];
    }
}
