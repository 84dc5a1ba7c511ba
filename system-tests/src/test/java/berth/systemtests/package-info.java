/**
 * The {@code berth} program, run as processes, beside real QEMU, libnbd, fio, file systems and guests.
 *
 * <p>{@link berth.systemtests.Berth} runs commands on a store, {@link berth.systemtests.BerthProcess} is one that runs
 * on, {@link berth.systemtests.Programs} runs everybody else's. A test whose peers are not installed is skipped and says
 * what is missing.
 */
@NullMarked
package berth.systemtests;

import org.jspecify.annotations.NullMarked;
