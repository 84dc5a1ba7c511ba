package berth.cloud;

import berth.block.BlockException;
import berth.block.Problem;
import java.util.List;

/**
 * Why an instance was not moved.
 *
 * @param problem the kind of failure
 * @param errno its error number, which a command exits with
 * @param message what stands in the way
 * @param cleanup what was done about what had been copied
 * @param advice what to do
 */
public record Failure(Problem problem, int errno, String message, List<String> cleanup, String advice) {
    public Failure {
        cleanup = List.copyOf(cleanup);
    }

    /** The failure that an exception tells of, with what was done about what had been copied. */
    public static Failure of(BlockException e, List<String> cleanup) {
        return new Failure(
                e.problem(), e.errno().number(), String.valueOf(e.getMessage()), cleanup, advice(e.problem()));
    }

    /** What to do about a kind of problem. */
    static String advice(Problem problem) {
        return switch (problem) {
            case IMAGE_IN_USE ->
                "shut the instance down (openstack server stop, or virsh shutdown) and run the command again";
            case SOURCE_CHANGED ->
                "see to it that nothing writes to the disk; to move it as it is now, remove the image if there is one, and"
                        + " run the command again";
            case IMAGE_EXISTS -> "rename or remove the image, or choose another pool, and run the command again";
            case MIGRATING -> "commit or abort that migration first, and run the command again";
            case NO_SPACE -> "make room where the store is, and run the command again";
            case FORBIDDEN -> "if you trust the file, name its directory with --backing-dir, and run the command again";
            case CANCELLED -> "what was copied is kept; run the command again to go on";
            default -> "put that right and run the command again";
        };
    }
}
