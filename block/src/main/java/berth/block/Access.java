package berth.block;

/** What an image is opened for. */
public enum Access {
    /** Reading. */
    READ_ONLY,
    /** Reading and writing; the handle counts as a {@link Watcher} until it is closed. */
    READ_WRITE
}
