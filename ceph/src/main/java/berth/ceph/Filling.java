package berth.ceph;

import berth.block.Fill;
import berth.block.Progress;

/** One way to fill an image: what the steps after prepare are for a {@link StoredMove.Kind}. */
interface Filling {
    /** See {@link berth.block.MigrationStore#openFill}. */
    Fill open(Moving moving);

    /** See {@link berth.block.MigrationStore#commitMigration}; goes on where it was interrupted. */
    void commit(Moving moving, Progress progress);

    /** See {@link berth.block.MigrationStore#abortMigration}; goes on where it was interrupted. */
    void abort(Moving moving, Progress progress);
}
