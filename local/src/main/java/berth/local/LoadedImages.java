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

    /** Ends a use; after the last one the image is flushed and unloaded. */
    void release(ImageState state) {
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

    /** The loaded images that can see one of the layers. */
    List<ImageState> seeing(Collection<Long> layers) {
        List<ImageState> seeing = new ArrayList<>();
        for (ImageState state : loaded.values()) {
            if (state.layers().stream().anyMatch(layer -> layers.contains(layer.number()))) {
                seeing.add(state);
            }
        }
        return seeing;
    }

    /** The handle count of an image. */
    Optional<ImageState> open(String id) {
        ImageState state = loaded.get(id);
        return state == null || state.handles().isEmpty() ? Optional.empty() : Optional.of(state);
    }
}
