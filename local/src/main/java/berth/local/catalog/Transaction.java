package berth.local.catalog;

import berth.local.journal.JournalEntry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Changes of the catalog that happen together or not at all. Collected by one thread, applied by {@link
 * Catalog#commit}.
 */
public final class Transaction {
    private final Map<String, @Nullable CatalogRecord> changes = new LinkedHashMap<>();
    private long nextNumber;
    private final int formatVersion;
    private final long firstNumber;

    Transaction(CatalogRecord.StoreRecord store) {
        this.formatVersion = store.formatVersion();
        this.nextNumber = store.nextNumber();
        this.firstNumber = store.nextNumber();
    }

    /** A number that no layer, page file or image has had. */
    public long newNumber() {
        return nextNumber++;
    }

    /** Puts a record. */
    public Transaction put(CatalogRecord record) {
        changes.put(record.key(), record);
        return this;
    }

    /** Removes a record. */
    public Transaction delete(CatalogRecord record) {
        changes.put(record.key(), null);
        return this;
    }

    /** Whether nothing would change. */
    public boolean isEmpty() {
        return changes.isEmpty();
    }

    Map<String, @Nullable CatalogRecord> changes() {
        if (nextNumber != firstNumber) {
            put(new CatalogRecord.StoreRecord(formatVersion, nextNumber));
        }
        return changes;
    }

    List<JournalEntry> entries() {
        List<JournalEntry> entries = new ArrayList<>();
        changes()
                .forEach((key, record) -> entries.add(
                        new JournalEntry.Put(key, record == null ? new byte[0] : CatalogCodec.encode(record))));
        return entries;
    }
}
