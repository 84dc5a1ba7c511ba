package berth.block;

/** Watches a long operation, and can end it. Called by the thread that does the work, often; must be quick. */
@FunctionalInterface
public interface Progress {
    /** Does nothing. */
    Progress NONE = (done, total) -> true;

    /**
     * Says how far the operation is.
     *
     * @param done units done so far
     * @param total units in all, at least {@code done}
     * @return whether to go on; on false the operation stops at the next safe point and throws
     *     {@link Problem#CANCELLED}
     */
    boolean update(long done, long total);

    /** Calls {@link #update} and throws when it says to stop. */
    default void step(long done, long total) {
        if (!update(done, total)) {
            throw new BlockException(Problem.CANCELLED, "the operation was cancelled");
        }
    }
}
