/**
 * The one way from the local store to the disk.
 *
 * <p>{@link berth.local.io.StoreFiles} is what the store needs of a file system and no more: a flat name space of files
 * with positional I/O and explicit syncs. The real one is {@link berth.local.io.PosixStoreFiles}; a simulator of crashes
 * can stand in its place. What is not covered by a completed sync may be lost or torn at any moment: the store assumes
 * nothing else.
 */
@NullMarked
package berth.local.io;

import org.jspecify.annotations.NullMarked;
