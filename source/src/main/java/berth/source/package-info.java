/**
 * Sources in formats over streams: opening them by the rules for untrusted disks, reading them at each of their points in
 * time, and checking them before they are used.
 *
 * <p>{@link berth.source.SourceFactory} is the way in. It turns a spec ({@code berth.source.spec}) into a
 * {@link berth.source.DiskSource}: a chain of image files, each a format ({@code berth.source.qcow}, or raw) over a stream
 * ({@code berth.source.stream}). {@link berth.source.Inspection} says what a source is made of and whether its metadata
 * are sound.
 *
 * <p>The rules: a format is what the spec or the image above names, never what a file's first bytes look like; a file that
 * an image names is opened only when {@link berth.source.BackingPolicy} allows its real path.
 */
@NullMarked
package berth.source;

import org.jspecify.annotations.NullMarked;
