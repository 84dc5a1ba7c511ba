package berth.cloud;

import berth.block.Names;
import berth.migration.CommitOptions;
import berth.migration.ExecuteOptions;
import java.nio.file.Path;
import java.util.List;

/**
 * How instances are moved.
 *
 * @param pool the pool that their disks go to; made when there is none
 * @param backingDirectories where backing files may be, besides the instance's directory and Nova's {@code _base}
 * @param copy how the disks are copied
 * @param commit how they are committed; its receipt sink is not used, as receipts go to the destination
 * @param acceptFlavorMismatch whether disks are moved whose sizes are not what the instance's flavor says
 */
public record MoveOptions(
        String pool,
        List<Path> backingDirectories,
        ExecuteOptions copy,
        CommitOptions commit,
        boolean acceptFlavorMismatch) {
    /** The pool that Nova uses for the disks of instances on RBD. */
    public static final String NOVA_POOL = "vms";

    /** To Nova's pool, with nothing else allowed and everything verified. */
    public static final MoveOptions DEFAULT =
            new MoveOptions(NOVA_POOL, List.of(), ExecuteOptions.DEFAULT, CommitOptions.DEFAULT, false);

    public MoveOptions {
        Names.check("pool", pool);
        backingDirectories = List.copyOf(backingDirectories);
    }
}
