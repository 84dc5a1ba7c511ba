package berth.cli.call;

import berth.block.BlockException;
import berth.block.ImageSpec;
import berth.block.Problem;
import berth.block.SnapshotSpec;
import java.util.Optional;

/**
 * Reads the names of images, snapshots and pools from a command's arguments. A name can be given by place
 * ({@code pool/image@snapshot}), by options, or by both; what is given by place comes first. The pool has to exist.
 */
public final class Specs {
    /** The pool that is meant when none is named. */
    public static final String DEFAULT_POOL = "rbd";

    private static final String UNUSED_SNAPSHOT = "snapshot name specified for a command that doesn't use it";

    private Specs() {}

    /** The pool of a command on pools. */
    public static String pool(Call call) {
        String pool =
                call.args().positional(0).or(() -> call.args().option("--pool")).orElse(DEFAULT_POOL);
        if (pool.indexOf('/') >= 0 || pool.indexOf('@') >= 0) {
            throw CommandFailure.invalid("invalid pool name '" + pool + "'");
        }
        return checkPool(call, pool);
    }

    /** The image at the first place. */
    public static ImageSpec image(Call call) {
        return image(call, 0);
    }

    /** The image at a place. @throws CommandFailure when it is missing, or a snapshot is named */
    public static ImageSpec image(Call call, int place) {
        SpecText text = text(call, place);
        if (text.snapshot().isPresent()) {
            throw CommandFailure.invalid(UNUSED_SNAPSHOT);
        }
        return spec(call, text);
    }

    /** The snapshot at the first place. @throws CommandFailure when it is missing */
    public static SnapshotSpec snapshot(Call call) {
        SpecText text = text(call, 0);
        requireImage(text);
        String snapshot = text.snapshot().orElseThrow(() -> CommandFailure.invalid("snapshot name was not specified"));
        return spec(call, text).at(snapshot);
    }

    /** The image or snapshot at the first place. */
    public static ImageName imageOrSnapshot(Call call) {
        SpecText text = text(call, 0);
        return new ImageName(spec(call, text), text.snapshot());
    }

    /** The image or snapshot at the first place; empty when only a pool, or nothing, is named. */
    public static Optional<ImageName> optionalImage(Call call) {
        return text(call, 0).image().isEmpty() ? Optional.empty() : Optional.of(imageOrSnapshot(call));
    }

    /** The pool that is named with an image or alone, by options. */
    public static String poolOf(Call call) {
        return checkPool(call, text(call, 0).pool().orElse(DEFAULT_POOL));
    }

    /**
     * The destination image at a place.
     *
     * @param defaultPool the pool when none is named
     * @param defaultImage the image when none is named
     */
    public static ImageSpec destination(Call call, int place, String defaultPool, Optional<String> defaultImage) {
        Arguments args = call.args();
        SpecText text = byPlace(args, place)
                .or(byOption(args.option("--dest")))
                .or(new SpecText(args.option("--dest-pool"), Optional.empty(), Optional.empty()));
        if (text.snapshot().isPresent()) {
            throw CommandFailure.invalid("destination " + UNUSED_SNAPSHOT);
        }
        String image = text.image()
                .or(() -> defaultImage)
                .orElseThrow(() -> CommandFailure.invalid("destination image name was not specified"));
        return new ImageSpec(checkPool(call, text.pool().orElse(defaultPool)), image);
    }

    /** Whether a destination is named at the place or by options. */
    public static boolean hasDestination(Call call, int place) {
        return call.args().positional(place).isPresent()
                || call.args().option("--dest").isPresent();
    }

    /** The source's name at a place and in the options {@code --pool}, {@code --image} and {@code --snap}. */
    public static SpecText text(Call call, int place) {
        Arguments args = call.args();
        return byPlace(args, place)
                .or(byOption(args.option("--image")))
                .or(new SpecText(args.option("--pool"), Optional.empty(), args.option("--snap")));
    }

    private static SpecText byPlace(Arguments args, int place) {
        return args.positional(place).map(SpecText::parse).orElse(SpecText.NONE);
    }

    private static SpecText byOption(Optional<String> value) {
        return value.map(SpecText::parse).orElse(SpecText.NONE);
    }

    private static void requireImage(SpecText text) {
        if (text.image().isEmpty()) {
            throw CommandFailure.invalid("image name was not specified");
        }
    }

    private static ImageSpec spec(Call call, SpecText text) {
        requireImage(text);
        String pool = text.pool().orElse(DEFAULT_POOL);
        return new ImageSpec(checkPool(call, pool), text.image().orElseThrow());
    }

    /** @throws CommandFailure {@code error opening pool} */
    public static String checkPool(Call call, String pool) {
        if (!call.store().pools().contains(pool)) {
            throw CommandFailure.of(
                    "error opening pool '" + pool + "'",
                    new BlockException(Problem.POOL_NOT_FOUND, "there is no pool '" + pool + "'"));
        }
        return pool;
    }
}
