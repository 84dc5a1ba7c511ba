package berth.source;

import berth.block.BlockException;
import berth.block.Problem;
import berth.block.Source;
import berth.source.spec.NativeSpec;

/** Opens snapshots of images of a store as sources. */
@FunctionalInterface
public interface NativeResolver {
    /**
     * Opens a snapshot of an image, with the snapshots before it.
     *
     * @throws BlockException {@link Problem#POOL_NOT_FOUND}, {@link Problem#IMAGE_NOT_FOUND},
     *     {@link Problem#SNAPSHOT_NOT_FOUND}
     */
    Source open(NativeSpec spec);

    /** For where there is no store. */
    NativeResolver NONE = spec -> {
        throw new BlockException(Problem.UNSUPPORTED, "there is no store to open the source from: " + spec.toJson());
    };
}
