/**
 * The mover: gets disks into a store while they are in use, and proves that what arrived is what left.
 *
 * <p>{@link berth.migration.Mover} drives the steps that {@link berth.block.MigrationStore} makes durable: prepare,
 * execute, commit, abort. The state of a migration is in the store's catalog and its progress in the store's fill map;
 * the mover keeps nothing else that would have to be recovered, so after a crash the same command simply goes on.
 *
 * <p>Threads: every method of {@code Mover} runs on its caller's thread, which is also the first worker where a step
 * uses several ({@link berth.migration.ObjectLoop}). Time comes from {@link berth.migration.TimeSource}, so that everything
 * which depends on it can be tested exactly.
 */
@NullMarked
package berth.migration;

import org.jspecify.annotations.NullMarked;
