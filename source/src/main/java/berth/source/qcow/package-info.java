/**
 * The formats qcow (version 1) and qcow2 (versions 2 and 3), read-only, after {@code docs/interop/qcow2.txt} of QEMU and
 * its {@code block/qcow.c}.
 *
 * <p>An image is hostile input. Headers are bounded when an image is opened: no field leads to an allocation or a loop
 * that is not bounded by a constant here. Tables are read through {@link berth.source.qcow.QcowCache} and believed entry
 * by entry: {@link berth.source.qcow.ClusterMap} calls each entry that cannot be right
 * {@link berth.source.qcow.Run.Kind#BROKEN}, a reader that meets one fails, and {@link berth.source.qcow.MetadataWalk}
 * lists them all. Both ask the same code, so what the walk accepts does not fail later.
 *
 * <p>Nothing here opens a file: streams and backing readers come from the caller. All classes are safe for use by several
 * threads, except decompressors, of which each thread borrows its own.
 */
@NullMarked
package berth.source.qcow;

import org.jspecify.annotations.NullMarked;
