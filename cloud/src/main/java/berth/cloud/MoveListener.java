package berth.cloud;

import berth.block.ImageSpec;
import berth.migration.CopyStatus;

/** Watches the moves of instances, and can end them. Called by several threads; must be quick. */
public interface MoveListener {
    /** Does nothing. */
    MoveListener NONE = new MoveListener() {};

    /**
     * Says how far the copying of a disk is.
     *
     * @return whether to go on; on false the move ends at the next safe point, and goes on when it is run again
     */
    default boolean copying(ImageSpec target, CopyStatus status) {
        return true;
    }

    /**
     * Says how far the verification of a disk is.
     *
     * @param done units done
     * @param total units in all
     * @return whether to go on, as above
     */
    default boolean verifying(ImageSpec target, long done, long total) {
        return true;
    }
}
