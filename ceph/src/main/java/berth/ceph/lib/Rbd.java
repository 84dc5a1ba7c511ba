package berth.ceph.lib;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import berth.block.BlockException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The functions of librbd that Berth calls, by their names in C. */
final class Rbd {
    private static final NativeLibrary LIBRARY = new NativeLibrary("librbd.so.1", "librbd1");

    private static final NativeFunction VERSION = function("rbd_version");

    // Pools and what they list.
    static final NativeFunction POOL_INIT = function("rbd_pool_init");
    static final NativeFunction LIST = function("rbd_list2");
    static final NativeFunction LIST_CLEANUP = function("rbd_image_spec_list_cleanup");
    static final NativeFunction NAMESPACE_CREATE = function("rbd_namespace_create");
    static final NativeFunction NAMESPACE_REMOVE = function("rbd_namespace_remove");
    static final NativeFunction NAMESPACE_LIST = function("rbd_namespace_list");
    static final NativeFunction NAMESPACE_EXISTS = function("rbd_namespace_exists");

    // Images as a whole.
    static final NativeFunction OPTIONS_CREATE = function("rbd_image_options_create");
    static final NativeFunction OPTIONS_DESTROY = function("rbd_image_options_destroy");
    static final NativeFunction OPTIONS_SET_STRING = function("rbd_image_options_set_string");
    static final NativeFunction OPTIONS_SET_NUMBER = function("rbd_image_options_set_uint64");
    static final NativeFunction CREATE = function("rbd_create4");
    static final NativeFunction CLONE = function("rbd_clone3");
    static final NativeFunction REMOVE = function("rbd_remove_with_progress");
    static final NativeFunction RENAME = function("rbd_rename");
    static final NativeFunction TRASH_MOVE = function("rbd_trash_move");
    static final NativeFunction TRASH_LIST = function("rbd_trash_list");
    static final NativeFunction TRASH_LIST_CLEANUP = function("rbd_trash_list_cleanup");
    static final NativeFunction TRASH_REMOVE = function("rbd_trash_remove_with_progress");
    static final NativeFunction TRASH_RESTORE = function("rbd_trash_restore");

    // Live migration.
    static final NativeFunction MIGRATION_PREPARE = function("rbd_migration_prepare");
    static final NativeFunction MIGRATION_PREPARE_IMPORT = function("rbd_migration_prepare_import");
    static final NativeFunction MIGRATION_EXECUTE = function("rbd_migration_execute_with_progress");
    static final NativeFunction MIGRATION_COMMIT = function("rbd_migration_commit_with_progress");
    static final NativeFunction MIGRATION_ABORT = function("rbd_migration_abort_with_progress");

    // Open images.
    static final NativeFunction OPEN = function("rbd_open");
    static final NativeFunction OPEN_READ_ONLY = function("rbd_open_read_only");
    static final NativeFunction OPEN_BY_ID = function("rbd_open_by_id");
    static final NativeFunction OPEN_BY_ID_READ_ONLY = function("rbd_open_by_id_read_only");
    static final NativeFunction CLOSE = function("rbd_close");
    static final NativeFunction STAT = function("rbd_stat");
    static final NativeFunction GET_SIZE = function("rbd_get_size");
    static final NativeFunction GET_FEATURES = function("rbd_get_features");
    static final NativeFunction GET_FLAGS = function("rbd_get_flags");
    static final NativeFunction GET_STRIPE_UNIT = function("rbd_get_stripe_unit");
    static final NativeFunction GET_STRIPE_COUNT = function("rbd_get_stripe_count");
    static final NativeFunction GET_CREATED = function("rbd_get_create_timestamp");
    static final NativeFunction GET_ACCESSED = function("rbd_get_access_timestamp");
    static final NativeFunction GET_MODIFIED = function("rbd_get_modify_timestamp");
    static final NativeFunction GET_OVERLAP = function("rbd_get_overlap");
    static final NativeFunction GET_NAME = function("rbd_get_name");
    static final NativeFunction GET_ID = function("rbd_get_id");
    static final NativeFunction GET_BLOCK_NAME_PREFIX = function("rbd_get_block_name_prefix");
    static final NativeFunction GET_DATA_POOL_ID = function("rbd_get_data_pool_id");
    static final NativeFunction GET_PARENT = function("rbd_get_parent");
    static final NativeFunction LINKED_CLEANUP = function("rbd_linked_image_spec_cleanup");
    static final NativeFunction SNAP_SPEC_CLEANUP = function("rbd_snap_spec_cleanup");
    static final NativeFunction CHILDREN = function("rbd_list_children3");
    static final NativeFunction LINKED_LIST_CLEANUP = function("rbd_linked_image_spec_list_cleanup");
    static final NativeFunction WATCHERS = function("rbd_watchers_list");
    static final NativeFunction WATCHERS_CLEANUP = function("rbd_watchers_list_cleanup");
    static final NativeFunction RESIZE = function("rbd_resize2");
    static final NativeFunction FLATTEN = function("rbd_flatten_with_progress");
    static final NativeFunction DIFF = function("rbd_diff_iterate2");
    static final NativeFunction FEATURES_TO_STRING = function("rbd_features_to_string");
    static final NativeFunction FEATURES_FROM_STRING = function("rbd_features_from_string");

    // Snapshots.
    static final NativeFunction SNAP_LIST = function("rbd_snap_list");
    static final NativeFunction SNAP_LIST_END = function("rbd_snap_list_end");
    static final NativeFunction SNAP_NAMESPACE = function("rbd_snap_get_namespace_type");
    static final NativeFunction SNAP_CREATED = function("rbd_snap_get_timestamp");
    static final NativeFunction SNAP_CREATE = function("rbd_snap_create2");
    static final NativeFunction SNAP_REMOVE = function("rbd_snap_remove2");
    static final NativeFunction SNAP_RENAME = function("rbd_snap_rename");
    static final NativeFunction SNAP_PROTECT = function("rbd_snap_protect");
    static final NativeFunction SNAP_UNPROTECT = function("rbd_snap_unprotect");
    static final NativeFunction SNAP_IS_PROTECTED = function("rbd_snap_is_protected");
    static final NativeFunction SNAP_ROLLBACK = function("rbd_snap_rollback_with_progress");
    static final NativeFunction SNAP_SET_BY_ID = function("rbd_snap_set_by_id");

    // Locks and metadata.
    static final NativeFunction LOCK_ACQUIRE = function("rbd_lock_acquire");
    static final NativeFunction LOCKERS = function("rbd_list_lockers");
    static final NativeFunction LOCK_EXCLUSIVE = function("rbd_lock_exclusive");
    static final NativeFunction LOCK_SHARED = function("rbd_lock_shared");
    static final NativeFunction UNLOCK = function("rbd_unlock");
    static final NativeFunction BREAK_LOCK = function("rbd_break_lock");
    static final NativeFunction METADATA_GET = function("rbd_metadata_get");
    static final NativeFunction METADATA_SET = function("rbd_metadata_set");
    static final NativeFunction METADATA_REMOVE = function("rbd_metadata_remove");
    static final NativeFunction METADATA_LIST = function("rbd_metadata_list");

    // Requests.
    static final NativeFunction SET_NOTIFICATION = function("rbd_set_image_notification");
    static final NativeFunction POLL_EVENTS = function("rbd_poll_io_events");
    static final NativeFunction CREATE_COMPLETION = function("rbd_aio_create_completion");
    static final NativeFunction COMPLETION_ARGUMENT = function("rbd_aio_get_arg");
    static final NativeFunction COMPLETION_RESULT = function("rbd_aio_get_return_value");
    static final NativeFunction RELEASE_COMPLETION = function("rbd_aio_release");
    static final NativeFunction AIO_READ = function("rbd_aio_read2");
    static final NativeFunction AIO_WRITE = function("rbd_aio_write2");
    static final NativeFunction AIO_WRITE_ZEROES = function("rbd_aio_write_zeroes");
    static final NativeFunction AIO_FLUSH = function("rbd_aio_flush");

    private Rbd() {}

    private static NativeFunction function(String name) {
        return LIBRARY.function(name);
    }

    /** Loads the library, if it is there; the first call says when it is not. */
    static void load() {
        try {
            LIBRARY.find("rbd_version");
        } catch (BlockException _) {
            // Whoever needs it is told then.
        }
    }

    /** The version of the library's interface, for example {@code 1.16.0}. */
    static String version() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment parts = arena.allocate(JAVA_INT, 3);
            VERSION.call(parts.address(), parts.address() + 4, parts.address() + 8);
            return parts.getAtIndex(JAVA_INT, 0) + "." + parts.getAtIndex(JAVA_INT, 1) + "."
                    + parts.getAtIndex(JAVA_INT, 2);
        }
    }
}
