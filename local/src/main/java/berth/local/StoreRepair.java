package berth.local;

import berth.local.catalog.CatalogRecord.ChecksumRecord;
import berth.local.catalog.CatalogRecord.FillRecord;
import berth.local.journal.JournalEntry;
import berth.local.page.BlockState;
import berth.local.page.LayerMap;
import berth.local.page.PageFile;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes damaged maps usable again. Of a damaged page of a layer's map the older state is taken, if it is there, and
 * corrected by what the data file holds: where it has data, the layer has the block; where it has a hole, there are no
 * data. What only the page said is lost: whether a hole hides what lies below it.
 */
final class StoreRepair {
    private final StoreContext context;
    private final Structure structure;
    private final List<String> done = new ArrayList<>();
    private final List<Repaired> repaired = new ArrayList<>();

    private record Repaired(PageFile file, int number) {}

    StoreRepair(StoreContext context, Structure structure) {
        this.context = context;
        this.structure = structure;
    }

    /** Repairs everything that is damaged; says what. */
    List<String> run() {
        structure.locked(() -> {
            // All images stay loaded until their pages are written.
            List<ImageState> images = context.catalog().images().stream()
                    .map(image -> context.images().use(image.id()))
                    .toList();
            try {
                images.forEach(this::layers);
                context.catalog().fills().forEach(this::digests);
                context.catalog().checksums().forEach(this::checksums);
                // A page has two slots, and both may have been damaged.
                write();
                repaired.forEach(page -> page.file().rewrite(page.number()));
                write();
            } finally {
                images.forEach(context.images()::release);
            }
        });
        return List.copyOf(done);
    }

    private void write() {
        if (!repaired.isEmpty()) {
            List<JournalEntry> changes = new ArrayList<>();
            repaired.forEach(page -> page.file().capture(changes));
            context.journal(changes);
            context.checkpoint().run();
        }
    }

    private void layers(ImageState image) {
        image.flush();
        image.ownLayers().forEach(layer -> layer(image, layer));
    }

    private void layer(ImageState image, Layer layer) {
        for (int page : salvage(layer.map().file())) {
            long first = (long) page << LayerMap.PAGE_SHIFT;
            long end = first + LayerMap.PAGE_BLOCKS;
            correct(layer, first, end);
            image.invalidateIndexes(first, end);
            done.add("image " + context.catalog().image(image.id()).spec() + ", layer "
                    + Long.toHexString(layer.number())
                    + ": the map was made anew for bytes " + (first << LayerMap.BLOCK_SHIFT) + "-"
                    + ((end << LayerMap.BLOCK_SHIFT) - 1)
                    + "; blocks that had been discarded or zeroed there may show older data");
        }
    }

    /** Brings the states of blocks in line with the holes of the data file. */
    private static void correct(Layer layer, long first, long end) {
        for (long block = first; block < end; block++) {
            boolean data = layer.data().hasData(block << LayerMap.BLOCK_SHIFT);
            BlockState known = layer.map().get(block);
            if (data && known != BlockState.DATA) {
                layer.map().set(block, block + 1, BlockState.DATA);
            } else if (!data && known == BlockState.DATA) {
                layer.map().set(block, block + 1, BlockState.ZERO);
            }
        }
    }

    private void digests(FillRecord fill) {
        if (!salvage(context.pages().file(fill.pages())).isEmpty()) {
            done.add("image " + context.catalog().image(fill.image()).spec()
                    + ": a part of what was copied will be copied again");
        }
    }

    private void checksums(ChecksumRecord checksums) {
        if (!salvage(context.pages().file(checksums.pages())).isEmpty()) {
            done.add("layer " + Long.toHexString(checksums.layer())
                    + ": some checksums are lost; the next scrub computes them anew");
        }
    }

    private List<Integer> salvage(PageFile file) {
        List<Integer> pages = file.knownPages().stream().filter(file::salvage).toList();
        pages.forEach(page -> repaired.add(new Repaired(file, page)));
        return pages;
    }
}
