/**
 * Linux system calls through {@code java.lang.foreign}, with the errno kept.
 *
 * <p>Everything that Berth needs of the kernel beyond the JDK is here and nowhere else: positional I/O
 * that a thread interrupt cannot close, {@code fallocate} (allocate, punch), {@code SEEK_DATA},
 * {@code fdatasync}, {@code flock}, byte-range locks, {@code eventfd}. The classes hold no policy. All of them are safe for use by
 * several threads.
 */
@NullMarked
package berth.posix;

import org.jspecify.annotations.NullMarked;
