package berth.ceph;

import berth.block.BlockException;
import berth.block.ImageSpec;
import berth.block.MigrationState;
import berth.block.Problem;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What Berth notes of a migration of librbd, in the metadata of its target. Librbd keeps the state; what only Berth knows
 * is here.
 *
 * @param sourcePool the pool of the image that is moved; empty for an import
 * @param sourceImage its name; empty for an import
 * @param sourceId its id; empty for an import
 * @param description for an import, what the source is opened with
 * @param url for an import, where librbd reads it
 * @param flatten whether the target gives up the source's parent
 * @param step a step that can only go forward, once it has begun
 * @param attributes what the mover keeps
 */
record NativeNotes(
        String sourcePool,
        String sourceImage,
        String sourceId,
        String description,
        String url,
        boolean flatten,
        Optional<MigrationState> step,
        Map<String, String> attributes) {
    /** The key of the image's metadata. */
    static final String KEY = "berth.native-migration";

    private static final JsonMapper MAPPER = new JsonMapper();

    NativeNotes {
        attributes = Map.copyOf(attributes);
    }

    /** The notes of an import. */
    static NativeNotes imported(String description, String url, Map<String, String> attributes) {
        return new NativeNotes("", "", "", description, url, false, Optional.empty(), attributes);
    }

    /** The notes of the move of an image. */
    static NativeNotes moved(ImageSpec source, String id, boolean flatten, Map<String, String> attributes) {
        return new NativeNotes(source.pool(), source.image(), id, "", "", flatten, Optional.empty(), attributes);
    }

    /** Reads what {@link #toJson} wrote. @throws BlockException {@link Problem#CORRUPT} */
    static NativeNotes parse(String image, String json) {
        try {
            return MAPPER.readValue(json, NativeNotes.class);
        } catch (JacksonException e) {
            throw new BlockException(
                    Problem.CORRUPT,
                    "the metadata '" + KEY + "' of image " + image + " are damaged; remove them with 'rbd image-meta"
                            + " remove', and rbd itself can end the migration",
                    e);
        }
    }

    String toJson() {
        return MAPPER.writeValueAsString(this);
    }

    /** The image that is moved; empty for an import. */
    Optional<ImageSpec> source() {
        return sourceImage.isEmpty() ? Optional.empty() : Optional.of(new ImageSpec(sourcePool, sourceImage));
    }

    /** The same in another state; librbd itself knows those that are no step here. */
    NativeNotes in(MigrationState state, Map<String, String> now) {
        boolean forwardOnly = state == MigrationState.COMMITTING || state == MigrationState.ABORTING;
        return new NativeNotes(
                sourcePool,
                sourceImage,
                sourceId,
                description,
                url,
                flatten,
                forwardOnly ? Optional.of(state) : Optional.empty(),
                now);
    }
}
