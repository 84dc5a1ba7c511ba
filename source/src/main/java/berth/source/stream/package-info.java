/**
 * Where the bytes of a disk image come from. A {@link berth.source.stream.Stream} is random-access bytes without a
 * format; formats stand on it and never touch files themselves.
 *
 * <p>Streams are never written to and are safe for use by several threads.
 */
@NullMarked
package berth.source.stream;

import org.jspecify.annotations.NullMarked;
