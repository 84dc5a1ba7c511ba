package berth.ceph.lib;

import berth.posix.Errno;
import java.util.Optional;

/**
 * What the objects of a pool say of images, asked without opening an image: that would open the source of an import that
 * is being migrated, which may not answer.
 *
 * @param context the open pool
 */
public record RbdHeaders(IoContext context) {
    private static final String OBJECT_CLASS = "rbd";
    private static final String DIRECTORY = "rbd_directory";
    private static final byte[] NOTHING = {};

    /** The id of the image of a name. */
    public Optional<String> id(String name) {
        return ask("rbd_id." + name, "get_id", NOTHING).map(RbdHeaders::text);
    }

    /** The name of the image of an id; empty also for one in the trash. */
    public Optional<String> name(String id) {
        return ask(DIRECTORY, "dir_get_name", Encoding.texts(id)).map(RbdHeaders::text);
    }

    /** What an image's header says of its migration; empty when it takes part in none, or does not exist. */
    public Optional<MigrationHeader> migration(String id) {
        try {
            return ask(header(id), "migration_get", NOTHING).map(MigrationHeader::decode);
        } catch (NativeFailure e) {
            if (e.errno() == Errno.EINVAL) {
                return Optional.empty(); // An image without the feature "migrating".
            }
            throw e;
        }
    }

    /** The value of a key of an image's metadata. */
    public Optional<String> metadata(String id, String key) {
        return ask(header(id), "metadata_get", Encoding.texts(key)).map(RbdHeaders::text);
    }

    /** Sets the value of a key of an image's metadata; fails with ENOENT when there is no such image. */
    public void setMetadata(String id, String key, String value) {
        context.change(header(id), OBJECT_CLASS, "metadata_set", Encoding.entry(key, value));
    }

    /** Removes a key of an image's metadata if it is there; nobody else removes it. */
    public void removeMetadata(String id, String key) {
        if (metadata(id, key).isPresent()) {
            context.change(header(id), OBJECT_CLASS, "metadata_remove", Encoding.texts(key));
        }
    }

    private static String header(String id) {
        return "rbd_header." + id;
    }

    private static String text(byte[] encoded) {
        return Encoding.decode(encoded, Encoding.Input::text);
    }

    private Optional<byte[]> ask(String object, String method, byte[] input) {
        try {
            return Optional.of(context.execute(object, OBJECT_CLASS, method, input));
        } catch (NativeFailure e) {
            if (e.errno() == Errno.ENOENT) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
