package berth.block;

import berth.posix.Errno;

/** The kinds of failure of a store, each with the errno that RBD gives for it. */
public enum Problem {
    POOL_NOT_FOUND(Errno.ENOENT),
    IMAGE_NOT_FOUND(Errno.ENOENT),
    SNAPSHOT_NOT_FOUND(Errno.ENOENT),
    SOURCE_NOT_FOUND(Errno.ENOENT),
    POOL_EXISTS(Errno.EEXIST),
    IMAGE_EXISTS(Errno.EEXIST),
    SNAPSHOT_EXISTS(Errno.EEXIST),
    /** The pool still holds images or trash. */
    POOL_NOT_EMPTY(Errno.ENOTEMPTY),
    /** The image still has snapshots, which are the exception's {@link BlockException#blockers()}. */
    IMAGE_HAS_SNAPSHOTS(Errno.ENOTEMPTY),
    SNAPSHOT_PROTECTED(Errno.EBUSY),
    ALREADY_PROTECTED(Errno.EBUSY),
    NOT_PROTECTED(Errno.EINVAL),
    /** The snapshot has clones, which are the exception's {@link BlockException#blockers()}. */
    SNAPSHOT_HAS_CHILDREN(Errno.EBUSY),
    /** Someone has the image open, or it is part of a migration. */
    IMAGE_IN_USE(Errno.EBUSY),
    /** The image is part of a migration that stands in the way. */
    MIGRATING(Errno.EBUSY),
    NOT_MIGRATING(Errno.EINVAL),
    /** The migration is in another state than the request needs. */
    MIGRATION_STATE(Errno.EINVAL),
    SHRINK_NOT_ALLOWED(Errno.EINVAL),
    READ_ONLY(Errno.EROFS),
    OUT_OF_RANGE(Errno.EINVAL),
    INVALID_ARGUMENT(Errno.EINVAL),
    /** The text is no valid JSON, or a file is not what its format says. */
    MALFORMED(Errno.EBADMSG),
    /** Valid, but not something that this version can do. */
    UNSUPPORTED(Errno.EOPNOTSUPP),
    /** A format or stream type that is not known. */
    UNKNOWN_TYPE(Errno.ENOSYS),
    /** Refused by the rules for untrusted disks. */
    FORBIDDEN(Errno.EPERM),
    /** The user that the store was opened as may not do this. */
    ACCESS_DENIED(Errno.EACCES),
    /** The storage does not answer. */
    UNREACHABLE(Errno.ETIMEDOUT),
    NO_SPACE(Errno.ENOSPC),
    IO(Errno.EIO),
    /** Data read back differ from what was copied, or a checksum does not match. */
    CORRUPT(Errno.EIO),
    /** The source is no longer what it was when the migration was prepared. */
    SOURCE_CHANGED(Errno.ESTALE),
    /** The store's format is newer than this program. */
    NEWER_FORMAT(Errno.EOPNOTSUPP),
    /** The store belongs to another process. */
    STORE_LOCKED(Errno.EBUSY),
    CANCELLED(Errno.ECANCELED),
    /** The handle, store or program is shutting down. */
    CLOSED(Errno.ESHUTDOWN);

    private final Errno errno;

    Problem(Errno errno) {
        this.errno = errno;
    }

    /** The errno of this kind of failure. */
    public Errno errno() {
        return errno;
    }
}
