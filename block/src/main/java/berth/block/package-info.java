/**
 * The model: pools, images, snapshots, extents, errors, and the interfaces that every store implements.
 *
 * <p>The words are RBD's. Offsets, lengths and sizes are bytes, as {@code long}; a range never crosses an image's end
 * unless a method says so. Failures are {@link berth.block.BlockException}s that carry the errno RBD would give.
 * Nothing here does I/O or keeps state of its own.
 */
@NullMarked
package berth.block;

import org.jspecify.annotations.NullMarked;
