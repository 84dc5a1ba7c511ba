package berth.local;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The images that are loaded, by id. Used under the structure lock. */
final class LoadedImages {
    private final StoreContext context;
    private final Map<String, ImageState> loaded = new HashMap<>();
    /** Uses that ended while image locks are held; null when none are. */
    private @Nullable List<ImageState> deferred;

    LoadedImages(StoreContext context) {
        this.context = context;
    }

    /** Loads an image, or uses it once more; {@link #release} ends the use. */
    ImageState use(String id) {
        ImageState state = loaded.get(id);
        if (state == null) {
            state = new ImageState(context, id);
            state.rewire();
            loaded.put(id, state);
        }
        state.users++;
        return state;
    }

    /**
     * From now on uses end only when {@link #releaseDeferred} is called, for ending one takes image locks.
     *
     * @return whether this call began it
     */
    boolean deferReleases() {
        if (deferred != null) {
            return false;
        }
        deferred = new ArrayList<>();
        return true;
    }

    /** Ends the uses that waited. */
    void releaseDeferred() {
        List<ImageState> waiting = deferred;
        deferred = null;
        if (waiting != null) {
            waiting.forEach(this::release);
        }
    }

    /** Ends a use; after the last one the image is flushed and unloaded. */
    void release(ImageState state) {
        if (deferred != null) {
            deferred.add(state);
            return;
        }
        state.users--;
        if (state.users > 0) {
            return;
        }
        boolean exists = context.catalog().findImage(state.id()).isPresent();
        if (exists) {
            try {
                state.flush();
            } catch (RuntimeException e) {
                // Still loaded and still dirty: a later flush may succeed.
                state.users++;
                throw e;
            }
        }
        loaded.remove(state.id());
        state.unload();
    }

    /** The image, if it is loaded. */
    @Nullable
    ImageState find(String id) {
        return loaded.get(id);
    }

    /** The loaded images. */
    List<ImageState> all() {
        return List.copyOf(loaded.values());
    }

    /** The loaded images that can see one of the layers, by themselves or through the source of a migration. */
    List<ImageState> seeing(Collection<Long> layers) {
        List<ImageState> seeing = new ArrayList<>();
        for (ImageState state : loaded.values()) {
            if (sees(state, layers)) {
                seeing.add(state);
            }
        }
        return seeing;
    }

    private static boolean sees(ImageState state, Collection<Long> wanted) {
        for (Layer layer : state.layers()) {
            if (wanted.contains(layer.number())) {
                return true;
            }
            FillState fill = layer.fill();
            // All points in time of an origin are of one image, so asking for the first is enough.
            if (fill != null
                    && layer.fillPoint() == 0
                    && fill.source().map(source -> sees(source, wanted)).orElse(false)) {
                return true;
            }
        }
        return false;
    }

    /** The handle count of an image. */
    Optional<ImageState> open(String id) {
        ImageState state = loaded.get(id);
        return state == null || state.handles().isEmpty() ? Optional.empty() : Optional.of(state);
    }
}
