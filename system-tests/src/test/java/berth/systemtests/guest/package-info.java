/**
 * A tiny virtual machine for tests: Debian's cloud kernel with busybox as its only program, run by QEMU without hardware
 * help. It shows what a guest sees of a disk while Berth does something to that disk.
 *
 * <p>{@link berth.systemtests.guest.TinyGuest} boots it with a shell script; {@link
 * berth.systemtests.guest.RecordWriter} is the script that matters most: it writes records to the disk and says on the
 * console which of them the disk has acknowledged.
 */
@NullMarked
package berth.systemtests.guest;

import org.jspecify.annotations.NullMarked;
