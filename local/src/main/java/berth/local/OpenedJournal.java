package berth.local;

import berth.block.BlockException;
import berth.block.Problem;
import berth.local.catalog.Catalog;
import berth.local.io.StoreFiles;
import berth.local.journal.Journal;
import berth.local.journal.JournalEntry;
import berth.local.journal.JournalReader;
import berth.local.page.PageCache;
import berth.local.page.PageFile;
import java.util.List;

/**
 * What the journals of a store say when it is opened.
 *
 * @param journal the journal to go on with
 * @param catalog the catalog
 * @param pages the page files, with the changes that only the journals have
 * @param interrupted whether a checkpoint was interrupted
 */
record OpenedJournal(Journal journal, Catalog catalog, PageCache pages, boolean interrupted) {
    /** Opens a store's journals, or starts the first one of a new store. */
    static OpenedJournal open(StoreFiles files, int maxCleanPages) {
        Catalog catalog = new Catalog();
        PageCache pages = new PageCache(files, maxCleanPages);
        JournalReader reader = new JournalReader(files);
        Replayer replayer = new Replayer(catalog, pages);
        int journals = reader.generations().size();
        Journal journal = reader.replay(replayer);
        if (journal == null) {
            refuseStrayLayers(files);
            files.makeDirectory(LayerData.DIRECTORY);
            files.makeDirectory(PageFile.DIRECTORY);
            files.syncDirectory("");
            journal = Journal.start(files, 1, catalog.content());
        }
        try {
            requireKnownFormat(catalog);
            catalog.requireEndOfStacks();
        } catch (BlockException e) {
            journal.close();
            throw e;
        }
        return new OpenedJournal(journal, catalog, pages, journals > 1);
    }

    private static void requireKnownFormat(Catalog catalog) {
        if (catalog.store().formatVersion() > Catalog.FORMAT_VERSION) {
            throw new BlockException(
                    Problem.NEWER_FORMAT,
                    "the store has format version " + catalog.store().formatVersion()
                            + ", this program knows versions up to " + Catalog.FORMAT_VERSION + "; use a newer berth");
        }
    }

    /** What looks like a new store must be one: everything that no journal knows is removed as a leftover. */
    private static void refuseStrayLayers(StoreFiles files) {
        for (String directory : List.of(LayerData.DIRECTORY, PageFile.DIRECTORY)) {
            if (files.exists(directory) && !files.list(directory).isEmpty()) {
                throw new BlockException(
                        Problem.CORRUPT,
                        "the store has no journal, but files in " + directory
                                + "/: its journal was lost; restore it from a backup");
            }
        }
    }

    private static final class Replayer implements JournalReader.Replay {
        private final Catalog catalog;
        private final PageCache pages;

        Replayer(Catalog catalog, PageCache pages) {
            this.catalog = catalog;
            this.pages = pages;
        }

        @Override
        public void begin() {
            catalog.clear();
        }

        @Override
        public void apply(List<JournalEntry> entries) {
            for (JournalEntry entry : entries) {
                switch (entry) {
                    case JournalEntry.Put put -> catalog.replay(put);
                    case JournalEntry.PageWords words ->
                        pages.file(words.file()).replay(words);
                }
            }
        }
    }
}
