/**
 * The {@code source-spec}: what describes a source, as records and as the JSON that {@code rbd migration prepare
 * --import-only} takes.
 *
 * <p>Beyond RBD's keys, a {@code qcow} source has {@code backing_allow}, the directories in which backing files and
 * external data files may be (without it: the directory of the image alone), and {@code backing_format}, the formats of
 * the backing files from the top down (without it: what the images name), and {@code backing}, the disk below instead of the
 * one that the image names. {@code qcow2} means the same as {@code qcow}. Streams have further keys, see
 * {@link berth.source.spec.StreamSpec}. Keys that are not known are ignored, as RBD does.
 *
 * <p>Nothing here opens a file.
 */
@NullMarked
package berth.source.spec;

import org.jspecify.annotations.NullMarked;
