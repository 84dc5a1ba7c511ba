package berth.local;

import berth.block.BlockException;
import berth.block.Problem;
import berth.local.catalog.Catalog;
import berth.local.catalog.CatalogRecord.ImageRecord;
import berth.local.catalog.CatalogRecord.LayerRecord;
import berth.local.catalog.CatalogRecord.SnapshotRecord;
import berth.local.catalog.Transaction;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Changes of the structure: one at a time, durable, and at a moment between two requests of the images concerned. */
final class Structure {
    private final StoreContext context;

    Structure(StoreContext context) {
        this.context = context;
    }

    /** Runs something while nobody else changes the structure. */
    <T> T locked(Supplier<T> body) {
        context.structure().lock();
        try {
            return body.get();
        } finally {
            context.structure().unlock();
        }
    }

    /** Runs something while nobody else changes the structure. */
    void locked(Runnable body) {
        context.structure().lock();
        try {
            body.run();
        } finally {
            context.structure().unlock();
        }
    }

    /** A transaction that no loaded image has to notice. */
    void commit(Consumer<Transaction> body) {
        synchronized (context.catalog()) {
            Transaction transaction = context.catalog().begin();
            body.accept(transaction);
            context.commit(transaction);
        }
    }

    /**
     * A transaction that changes what the given images see. Their requests wait; what they wrote before is durable before
     * the transaction is, and they see its result when they go on. Called under the structure lock.
     */
    void change(Collection<ImageState> affected, Consumer<Transaction> body) {
        // Most of the data is made durable before anybody has to wait.
        affected.forEach(ImageState::flush);
        boolean deferring = context.images().deferReleases();
        try {
            changeLocked(List.copyOf(affected), body);
        } finally {
            if (deferring) {
                context.images().releaseDeferred();
            }
        }
    }

    private void changeLocked(List<ImageState> order, Consumer<Transaction> body) {
        whileNobodyReads(order, () -> {
            order.forEach(image -> image.flusher().flush());
            commit(body);
            order.stream()
                    .filter(image -> context.catalog().findImage(image.id()).isPresent())
                    .forEach(ImageState::rewire);
        });
    }

    private static void whileNobodyReads(List<ImageState> images, Runnable work) {
        List<Long> stamps = new ArrayList<>();
        for (ImageState image : images) {
            stamps.add(image.lock().writeLock());
        }
        try {
            work.run();
        } finally {
            for (int i = 0; i < images.size(); i++) {
                images.get(i).lock().unlockWrite(stamps.get(i));
            }
        }
    }

    /**
     * Makes all requests look into some pages of the maps anew: those that began before the call are done when it returns,
     * and later ones know nothing of what the maps said before. All images at a time, for they read from each other.
     * Called under the structure lock.
     */
    void lookAnew(List<ImageState> images, Collection<Integer> pages) {
        whileNobodyReads(images, () -> images.forEach(image -> pages.forEach(image::lookAnew)));
    }

    /** The loaded images that see a layer. */
    List<ImageState> seeing(long layer) {
        return context.images().seeing(List.of(layer));
    }

    /** Puts a new top layer on an image, over a layer that shows through up to {@code overlap} bytes. */
    static LayerRecord newTop(Transaction transaction, ImageRecord image, long below, long overlap) {
        LayerRecord top = new LayerRecord(transaction.newNumber(), image.id(), below, overlap, -1);
        transaction.put(top);
        return top;
    }

    /**
     * Deletes a layer that nothing sees any more, and those below it that only it saw.
     *
     * @param deleted takes the numbers of the deleted layers, whose files go after the transaction
     */
    void dropUnseen(Transaction transaction, LayerRecord layer, List<Long> deleted) {
        Catalog catalog = context.catalog();
        LayerRecord at = layer;
        while (at != null) {
            transaction.delete(at);
            deleted.add(at.number());
            LayerRecord below = at.below() == 0 ? null : catalog.layer(at.below());
            boolean unseen = below != null
                    && below.image().equals(layer.image())
                    && below.fillPoint() < 0
                    && catalog.snapshotsOf(below.number()).isEmpty()
                    && catalog.above(below.number()).size() == 1
                    && catalog.image(below.image()).head() != below.number();
            at = unseen ? below : null;
        }
    }

    /** Removes the files of deleted layers. */
    void deleteFiles(List<Long> layers) {
        layers.forEach(context.layers()::deleteFiles);
    }

    /** The snapshot of an image with this name. */
    SnapshotRecord snapshot(String image, String name) {
        return context.catalog()
                .snapshot(image, name)
                .orElseThrow(() -> new BlockException(
                        Problem.SNAPSHOT_NOT_FOUND,
                        "image " + context.catalog().image(image).spec() + " has no snapshot '" + name + "'"));
    }
}
