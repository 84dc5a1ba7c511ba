package berth.cloud.live;

/** Watches the move of a running instance, and can end it. Must be quick. */
public interface LiveListener {
    /** Does nothing. */
    LiveListener NONE = new LiveListener() {};

    /**
     * A state is durable, and what it says is about to begin.
     *
     * @param state the state
     */
    default void entered(LiveState state) {}

    /**
     * Says how far the copying of all disks is.
     *
     * @return whether to go on; on false the move ends, and the copying goes on without it
     */
    default boolean copying(long done, long end) {
        return true;
    }

    /** Says how far the proof is. @return whether to go on */
    default boolean verifying(long done, long total) {
        return true;
    }
}
