package berth.ceph;

import berth.block.ImageSpec;
import berth.block.MigrationRecord;
import java.util.Optional;

/**
 * An image that is being filled.
 *
 * @param pool where it is
 * @param name the name that it has now
 * @param id its id
 * @param move what the cluster keeps of the migration
 */
record Moving(PoolSpec pool, String name, String id, StoredMove move) {
    /** The image that it is, or will be. */
    ImageSpec target() {
        return new ImageSpec(pool.toString(), move.target());
    }

    /** Whether it has its own name. */
    boolean isVisible() {
        return name.equals(move.target());
    }

    MigrationRecord toRecord() {
        return new MigrationRecord(
                target(),
                id,
                Optional.empty(),
                Optional.empty(),
                move.description(),
                isVisible(),
                move.state(),
                false,
                move.attributes());
    }
}
