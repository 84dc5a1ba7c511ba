package berth.local;

import berth.local.catalog.CatalogRecord.LayerRecord;
import berth.local.page.LayerMap;
import berth.local.page.PageFile;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The layers that loaded images use, each once. Layers whose last user has gone are closed. Used under the structure
 * lock.
 */
final class LayerTable {
    private final StoreContext context;
    private final Map<Long, Layer> layers = new HashMap<>();

    LayerTable(StoreContext context) {
        this.context = context;
    }

    /**
     * The layer with this number and those below it, placed as the catalog says.
     *
     * @param into takes all of them
     */
    Layer link(long number, Set<Layer> into) {
        Layer layer = layer(number);
        Layer at = layer;
        while (into.add(at)) {
            LayerRecord record = context.catalog().layer(at.number());
            Layer below = record.below() == 0 ? null : layer(record.below());
            at.place(below, record.overlap());
            if (below == null) {
                break;
            }
            at = below;
        }
        return layer;
    }

    private Layer layer(long number) {
        return layers.computeIfAbsent(number, this::newLayer);
    }

    private Layer newLayer(long number) {
        return new Layer(
                number,
                new LayerData(context.files(), number),
                new LayerMap(context.pages().file(number)));
    }

    /** Counts an image as user of its new layers and no longer of its old ones. */
    void exchange(Collection<Layer> old, Collection<Layer> now) {
        for (Layer layer : now) {
            layer.users++;
        }
        for (Layer layer : old) {
            layer.users--;
            if (layer.users == 0) {
                close(layer);
            }
        }
    }

    private void close(Layer layer) {
        layers.remove(layer.number());
        layer.data().close();
        PageFile map = layer.map().file();
        // A layer that was deleted has no record, and its map may be forgotten.
        if (context.catalog().findLayer(layer.number()) != null) {
            map.writeBack();
        }
        map.close();
    }

    /** The layers between a layer and the layers of other images. */
    static Set<Layer> chain(@Nullable Layer top) {
        Set<Layer> chain = new LinkedHashSet<>();
        for (Layer at = top; at != null; at = at.below()) {
            chain.add(at);
        }
        return chain;
    }

    /** Removes a layer's files from the disk; nobody uses it and the catalog has forgotten it. */
    void deleteFiles(long number) {
        context.pages().delete(number);
        String prefix = LayerData.prefix(number);
        for (int segment = 0; segment <= LayerData.MAX_SEGMENT; segment++) {
            context.files().delete(LayerData.DIRECTORY + "/" + prefix + segment);
        }
    }
}
