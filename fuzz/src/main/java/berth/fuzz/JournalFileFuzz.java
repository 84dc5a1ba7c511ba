package berth.fuzz;

/** The input is a store's journal as the disk gives it back. */
public final class JournalFileFuzz {
    private JournalFileFuzz() {}

    /** Opens a store with the journal, and once more after it was closed. */
    public static void fuzzerTestOneInput(byte[] input) {
        StoreUse.PROMISE.hold(() -> {
            MemoryFiles files = new MemoryFiles().put("journal.1", input);
            StoreUse.look(files);
            try {
                StoreUse.look(files);
            } catch (RuntimeException e) {
                throw new BrokenPromise("a store that could be opened cannot be opened again", e);
            }
        });
    }
}
