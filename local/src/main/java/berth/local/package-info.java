/**
 * The local store: images as stacks of sparse files.
 *
 * <p>{@link berth.local.LocalStore} is the store, {@link berth.local.LocalImage} a handle. Behind the handles of an image
 * stands one {@link berth.local.ImageState}, which holds its size, its top layer and its lock; I/O holds the lock shared,
 * changes of the stack hold it exclusively. Reads find their layer with a {@link berth.local.BlockIndex}; writes go
 * through {@link berth.local.HeadWriter}; durability is {@link berth.local.Flusher}'s.
 *
 * <p>Changes of structure are made by one thread at a time, under {@link berth.local.StoreContext#structure}. Locks are
 * taken in this order: reclaiming, structure, image locks, region locks, flush locks, the catalog's monitor, the journal's.
 */
@NullMarked
package berth.local;

import org.jspecify.annotations.NullMarked;
