package berth.local;

import berth.local.catalog.Catalog;
import berth.local.catalog.CatalogRecord.ChecksumRecord;
import berth.local.catalog.CatalogRecord.FillRecord;
import berth.local.catalog.CatalogRecord.LayerRecord;
import berth.local.page.PageFile;
import java.util.HashSet;
import java.util.Set;

/** Brings the page files up to date and starts a new journal. */
final class Checkpoint {
    private final StoreContext context;
    private final Structure structure;

    Checkpoint(StoreContext context) {
        this.context = context;
        this.structure = new Structure(context);
    }

    void run() {
        structure.locked(() -> {
            context.switchJournal();
            Set<String> known = knownPrefixes(context.catalog());
            Set<Long> ofLoadedImages = new HashSet<>();
            for (ImageState image : context.images().all()) {
                image.flusher().writePages();
                image.ownLayers().forEach(layer -> ofLoadedImages.add(layer.number()));
                FillState fill = image.fill();
                if (fill != null) {
                    ofLoadedImages.add(fill.record().pages());
                }
            }
            for (PageFile file : context.pages().openFiles()) {
                if (!known.contains(LayerData.prefix(file.number()))) {
                    // The journal told of it, and then of its removal.
                    file.close();
                } else if (!ofLoadedImages.contains(file.number())) {
                    file.writeBack();
                }
            }
            context.dropOldJournals();
            context.pages().queue().trim();
        });
    }

    /**
     * Runs when so many pages differ from the disk that memory is at stake: what changes maps calls this before it takes
     * any lock of an image, and so waits instead of changing more.
     */
    void relieve() {
        if (isDue()) {
            structure.locked(() -> {
                if (isDue()) {
                    run();
                }
            });
        }
    }

    private boolean isDue() {
        return context.pages().queue().excess() > context.bounds().unwrittenPages();
    }

    /** What the names of the files begin with that belong to something. */
    static Set<String> knownPrefixes(Catalog catalog) {
        Set<String> known = new HashSet<>();
        catalog.layers().stream().map(LayerRecord::number).forEach(n -> known.add(LayerData.prefix(n)));
        catalog.checksums().stream().map(ChecksumRecord::pages).forEach(n -> known.add(LayerData.prefix(n)));
        catalog.fills().stream().map(FillRecord::pages).forEach(n -> known.add(LayerData.prefix(n)));
        return known;
    }
}
