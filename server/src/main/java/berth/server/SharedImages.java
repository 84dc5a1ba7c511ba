package berth.server;

import berth.block.Image;
import berth.block.ImageInfo;
import berth.nbd.Export;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Images that clients write, each open once for all connections to it. Handles that write to one image of a cluster would
 * take its exclusive lock from each other all the time. Safe for use by several threads.
 */
final class SharedImages {
    private final Map<Key, Use> uses = new ConcurrentHashMap<>();

    /** An image, whatever its name is now. */
    private record Key(String pool, String id) {}

    /** An open image and how many exports have it; guarded by itself. */
    private static final class Use {
        private final Image image;
        private int exports = 1;

        Use(Image image) {
            this.image = image;
        }

        /** Another export of it, unless the last one has been given back. */
        synchronized boolean join() {
            if (exports == 0) {
                return false;
            }
            exports++;
            return true;
        }
    }

    /**
     * An export of an image.
     *
     * @param opened the image, just opened; it is closed, if it is open already, now, and else with the last export of it
     */
    Export export(String name, Image opened) {
        Key key = key(opened);
        Use own = new Use(opened);
        while (true) {
            Use use = uses.putIfAbsent(key, own);
            if (use == null) {
                return export(name, key, own);
            }
            if (use.join()) { // Else it has just been closed, and is no longer among the uses.
                Export shared = export(name, key, use);
                try {
                    opened.close();
                } catch (RuntimeException e) {
                    shared.close();
                    throw e;
                }
                return shared;
            }
        }
    }

    private Export export(String name, Key key, Use use) {
        return new Export(name, "", use.image, false, () -> giveBack(key, use));
    }

    private static Key key(Image opened) {
        try {
            ImageInfo info = opened.info();
            return new Key(info.spec().pool(), info.id());
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /** Who wants the same image meanwhile waits until it is closed. */
    private void giveBack(Key key, Use use) {
        synchronized (use) {
            use.exports--;
            if (use.exports > 0) {
                return;
            }
            try {
                use.image.close();
            } finally {
                uses.remove(key, use);
            }
        }
    }
}
