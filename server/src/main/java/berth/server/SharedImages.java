package berth.server;

import berth.block.Image;
import berth.block.ImageInfo;
import berth.nbd.Export;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Images that clients write, each open once for all connections to it: what is in the handle's cache concerns all of them, be
 * it a write that one connection sent and another reads, or a flush. Safe for use by several threads.
 */
final class SharedImages {
    private final Map<Key, Use> uses = new ConcurrentHashMap<>();

    /** An image, whatever its name is now. */
    private record Key(String pool, String id) {}

    /** An open image and how many exports have it. */
    private record Use(Image image, int exports) {}

    /**
     * An export of an image.
     *
     * @param opened the image, just opened; it is closed, if it is open already, now, and else with the last export of it
     */
    Export export(String name, Image opened) {
        Key key;
        try {
            ImageInfo info = opened.info();
            key = new Key(info.spec().pool(), info.id());
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
        Use use = uses.compute(key, (_, used) -> {
            if (used == null) {
                return new Use(opened, 1);
            }
            opened.close();
            return new Use(used.image, used.exports + 1);
        });
        return new Export(name, "", use.image, false, () -> giveBack(key));
    }

    /** Until the image is closed, and what was written thereby there for all to see, nobody gets it anew. */
    private void giveBack(Key key) {
        RuntimeException[] failure = {null};
        uses.computeIfPresent(key, (_, used) -> {
            if (used.exports > 1) {
                return new Use(used.image, used.exports - 1);
            }
            try {
                used.image.close();
            } catch (RuntimeException e) {
                failure[0] = e;
            }
            return null;
        });
        if (failure[0] != null) {
            throw failure[0];
        }
    }
}
