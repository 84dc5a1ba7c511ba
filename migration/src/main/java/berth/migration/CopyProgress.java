package berth.migration;

import berth.block.Progress;

/**
 * Watches the copying of a disk, and can end it. Called after each object, by one thread at a time but not always the
 * same one; must be quick.
 */
@FunctionalInterface
public interface CopyProgress {
    /** Does nothing. */
    CopyProgress NONE = status -> true;

    /**
     * Says how far the copying is; {@link CopyStatus#objectsDone} never goes back.
     *
     * @return whether to go on; on false the copying stops after the objects in hand, keeps what was copied, and throws
     *     {@link berth.block.Problem#CANCELLED}
     */
    boolean update(CopyStatus status);

    /** Hands on the number of objects to a plain {@link Progress}. */
    static CopyProgress of(Progress progress) {
        return status -> progress.update(status.objectsDone(), status.objects());
    }
}
