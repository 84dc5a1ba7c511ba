package berth.block;

import java.time.Instant;
import java.util.Optional;

/**
 * An image in the trash.
 *
 * @param id the image's id
 * @param name the name it had
 * @param origin who put it there
 * @param deleted when
 * @param parent what it was cloned from
 */
public record TrashEntry(String id, String name, Origin origin, Instant deleted, Optional<ParentLink> parent) {
    /** Who put an image into the trash. */
    public enum Origin {
        /** A user. */
        USER,
        /** A migration, whose source it is; {@code rbd trash ls} shows it with {@code --all} only. */
        MIGRATION
    }
}
