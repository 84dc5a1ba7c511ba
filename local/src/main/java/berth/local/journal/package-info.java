/**
 * The store's journal: an append-only file of transactions.
 *
 * <p>A transaction happened when its record is whole and synced. A {@link berth.local.journal.Journal} knows nothing of
 * what the entries mean; {@link berth.local.journal.JournalEntry} has the two kinds that there are.
 */
@NullMarked
package berth.local.journal;

import org.jspecify.annotations.NullMarked;
