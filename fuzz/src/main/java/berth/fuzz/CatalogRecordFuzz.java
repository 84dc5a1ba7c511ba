package berth.fuzz;

import berth.block.Problem;
import berth.local.catalog.Catalog;
import berth.local.journal.JournalEntry;
import java.util.Arrays;
import java.util.List;

/** The input is a record of the local store's catalog. */
public final class CatalogRecordFuzz {
    private static final Promise PROMISE = Promise.of(64 << 20, Problem.CORRUPT);

    private CatalogRecordFuzz() {}

    /** Reads the record; written again, it is the same. */
    public static void fuzzerTestOneInput(byte[] input) {
        PROMISE.hold(() -> {
            Catalog catalog = new Catalog();
            catalog.replay(new JournalEntry.Put("input", input));
            Catalog again = new Catalog();
            List<JournalEntry.Put> written = catalog.content();
            written.forEach(again::replay);
            if (!same(written, again.content())) {
                throw new BrokenPromise("it is another record when it is written again");
            }
        });
    }

    private static boolean same(List<JournalEntry.Put> some, List<JournalEntry.Put> others) {
        return some.size() == others.size()
                && some.stream()
                        .allMatch(put -> others.stream()
                                .anyMatch(other ->
                                        other.key().equals(put.key()) && Arrays.equals(other.value(), put.value())));
    }
}
