package berth.local;

import berth.block.BlockException;
import berth.local.catalog.Catalog;
import berth.local.catalog.CatalogRecord.FillRecord;
import berth.local.catalog.CatalogRecord.ImageRecord;
import berth.local.catalog.CatalogRecord.LayerRecord;
import berth.local.catalog.CatalogRecord.MigratingRecord;
import berth.local.catalog.CatalogRecord.SnapshotRecord;
import berth.local.page.LayerMap;
import java.util.ArrayList;
import java.util.List;

/** Looks for damage in the catalog and the maps. Changes nothing. */
final class StoreCheck {
    private final StoreContext context;
    private final Structure structure;
    private final Catalog catalog;
    private final List<String> findings = new ArrayList<>();

    StoreCheck(StoreContext context, Structure structure) {
        this.context = context;
        this.structure = structure;
        this.catalog = context.catalog();
    }

    List<String> run() {
        structure.locked(() -> {
            catalog.images().forEach(this::image);
            catalog.layers().forEach(this::layer);
            catalog.fills().forEach(this::fill);
            catalog.migrations().forEach(this::migration);
        });
        return List.copyOf(findings);
    }

    private void image(ImageRecord image) {
        if (catalog.pool(image.spec().pool()).isEmpty()) {
            findings.add("image " + image.id() + " is in pool '" + image.spec().pool() + "', which does not exist");
        }
        owned(image, image.head(), "its top layer");
        for (SnapshotRecord snapshot : catalog.snapshots(image.id())) {
            owned(image, snapshot.layer(), "the layer of snapshot '" + snapshot.name() + "'");
        }
    }

    private void owned(ImageRecord image, long number, String what) {
        LayerRecord layer = catalog.findLayer(number);
        if (layer == null || !layer.image().equals(image.id())) {
            findings.add("image " + image.spec() + " (" + image.id() + ") lacks " + what);
        }
    }

    private void layer(LayerRecord layer) {
        String name = "layer " + Long.toHexString(layer.number());
        if (catalog.findImage(layer.image()).isEmpty()) {
            findings.add(name + " belongs to image " + layer.image() + ", which does not exist");
        }
        if (layer.below() != 0 && catalog.findLayer(layer.below()) == null) {
            findings.add(name + " lies above layer " + Long.toHexString(layer.below()) + ", which does not exist");
        }
        LayerMap map = new LayerMap(context.pages().file(layer.number()));
        try {
            for (int page : map.pages()) {
                map.page(page).dataBlocks();
            }
        } catch (BlockException e) {
            findings.add(name + " of image " + layer.image() + ": " + e.getMessage());
        }
    }

    private void fill(FillRecord fill) {
        for (long number : fill.layers()) {
            if (catalog.findLayer(number) == null) {
                findings.add("image " + fill.image() + " lacks fill layer " + Long.toHexString(number));
            }
        }
    }

    private void migration(MigratingRecord migration) {
        if (catalog.findImage(migration.image()).isEmpty()) {
            findings.add("a migration has target " + migration.image() + ", which does not exist");
        }
        if (!migration.source().isEmpty()
                && catalog.findImage(migration.source()).isEmpty()) {
            findings.add("the migration of " + migration.image() + " has source " + migration.source()
                    + ", which does not exist");
        }
    }
}
