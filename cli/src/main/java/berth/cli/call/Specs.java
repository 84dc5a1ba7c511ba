package berth.cli.call;

import berth.block.BlockException;
import berth.block.ImageSpec;
import berth.block.Problem;
import berth.block.SnapshotSpec;
import berth.ceph.CephStore;
import berth.ceph.PoolSpec;
import berth.posix.Errno;
import java.util.Optional;

/**
 * Reads the names of images, snapshots and pools from a command's arguments. A name can be given by place
 * ({@code pool/namespace/image@snapshot}), by options, or by both; what is given by place comes first. The pool has to
 * exist, and the namespace where one is named.
 */
public final class Specs {
    /** The pool that is meant when none is named. */
    public static final String DEFAULT_POOL = "rbd";

    private static final String UNUSED_SNAPSHOT = "snapshot name specified for a command that doesn't use it";

    private Specs() {}

    /** The pool of a command on pools. */
    public static String pool(Call call) {
        return checkPool(call, poolText(call).place());
    }

    /** The pool, and maybe the namespace, at the first place and in {@code --pool} and {@code --namespace}. */
    public static SpecText poolText(Call call) {
        return call.args()
                .positional(0)
                .map(SpecText::parsePool)
                .orElse(SpecText.NONE)
                .or(byPlaceOptions(call, ""));
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
        return checkPool(call, text(call, 0).place());
    }

    /**
     * The destination image at a place.
     *
     * @param usual what is meant where nothing is said; its namespace only when no pool is named
     */
    public static ImageSpec destination(Call call, int place, SpecText usual) {
        SpecText named = destinationText(call, place);
        SpecText text = named.pool().isPresent() ? named.orImage(usual) : named.or(usual);
        String image = destinationImage(text);
        return new ImageSpec(checkPool(call, text.place()), image);
    }

    /**
     * The image at a place that another one is renamed to; where no namespace is named, in that of the other one. Whether
     * there is such a pool is not looked at.
     */
    public static ImageSpec newName(Call call, int place, ImageSpec from) {
        SpecText text = destinationText(call, place).or(SpecText.of(from).withoutImage());
        return new ImageSpec(text.place(), destinationImage(text));
    }

    private static SpecText destinationText(Call call, int place) {
        SpecText text = byPlace(call.args(), place)
                .or(byOption(call.args().option("--dest")))
                .or(byPlaceOptions(call, "dest-"));
        if (text.snapshot().isPresent()) {
            throw CommandFailure.invalid("destination " + UNUSED_SNAPSHOT);
        }
        return text;
    }

    private static String destinationImage(SpecText text) {
        return text.image().orElseThrow(() -> CommandFailure.invalid("destination image name was not specified"));
    }

    /** Whether a destination is named at the place or by options. */
    public static boolean hasDestination(Call call, int place) {
        return call.args().positional(place).isPresent()
                || call.args().option("--dest").isPresent();
    }

    /**
     * The source's name at a place and in the options {@code --pool}, {@code --namespace}, {@code --image} and
     * {@code --snap}.
     */
    public static SpecText text(Call call, int place) {
        Arguments args = call.args();
        return byPlace(args, place)
                .or(byOption(args.option("--image")))
                .or(byPlaceOptions(call, ""))
                .or(new SpecText(Optional.empty(), Optional.empty(), Optional.empty(), args.option("--snap")));
    }

    private static SpecText byPlaceOptions(Call call, String prefix) {
        return new SpecText(
                call.args().option("--" + prefix + "pool"),
                call.args().option("--" + prefix + "namespace"),
                Optional.empty(),
                Optional.empty());
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
        return new ImageSpec(checkPool(call, text.place()), text.image().orElseThrow());
    }

    /**
     * Checks that there is a pool, and the namespace of it when one is named.
     *
     * @return the pool
     * @throws CommandFailure {@code error opening pool}; for a namespace of a store that has none
     */
    public static String checkPool(Call call, String pool) {
        PoolSpec spec = PoolSpec.parse(pool);
        if (!spec.namespace().isEmpty() && !(call.store() instanceof CephStore)) {
            throw noNamespaces();
        }
        if (!call.store().pools().contains(spec.pool())) {
            throw CommandFailure.of(
                    "error opening pool '" + spec.pool() + "'",
                    new BlockException(Problem.POOL_NOT_FOUND, "there is no pool '" + spec.pool() + "'"));
        }
        if (call.store() instanceof CephStore cluster && !cluster.hasNamespace(spec)) {
            throw new CommandFailure(Errno.ENOENT.number(), "namespace '" + spec.namespace() + "' does not exist.");
        }
        return pool;
    }

    /** What a command says to a namespace, or a command on namespaces, where the store has none. */
    public static CommandFailure noNamespaces() {
        return new CommandFailure(
                Errno.EOPNOTSUPP.number(),
                "this store has no namespaces; only pools of Ceph have them: use <pool-name>/<image-name>");
    }
}
