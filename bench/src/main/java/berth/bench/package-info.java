/**
 * The comparison of Berth with its peers: the same work, on the same data, side by side in one run.
 *
 * <p>Everything is driven through what users have ({@code ./berth}, fio, qemu-nbd, qemu-img), one thing at a time in one
 * thread. The two sides take turns, so that what else happens on the machine hits both; reported are the median of the
 * rounds and their spread. {@link berth.bench.Measurement} is one question; {@link berth.bench.Report} writes the answers.
 */
@NullMarked
package berth.bench;

import org.jspecify.annotations.NullMarked;
