/**
 * The catalog: all metadata of a store but the maps, held in memory and changed by transactions through the journal.
 *
 * <p>{@link berth.local.catalog.CatalogRecord} has the kinds of records, {@link berth.local.catalog.Catalog} the records
 * and the questions one can ask, {@link berth.local.catalog.Transaction} a set of changes that happen together.
 */
@NullMarked
package berth.local.catalog;

import org.jspecify.annotations.NullMarked;
