package berth.cloud;

import berth.block.BlockException;
import berth.block.MigrationStore;
import berth.block.Problem;
import berth.libvirt.NovaInstance;
import berth.migration.Mover;
import berth.source.SourceFactory;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Moves Nova instances into a store: their disks become images, without a copy in between, and their domains find them at
 * the NBD server. One for a store, for as long as the store is open; safe for use by several threads.
 *
 * <p>All disks of an instance are copied before the first one is committed. Until then a failure takes back what was
 * copied; only a move that was cancelled, or whose process ended, keeps it, to go on when it is run again.
 */
public final class InstanceMover {
    private final MoveContext context;
    private final Set<UUID> moving = ConcurrentHashMap.newKeySet();

    /**
     * A mover of instances.
     *
     * @param store the store that the disks go to; stays open
     * @param mover the mover of that store
     * @param sources opens the disks
     * @param domains says whether an instance is running
     * @param destination where the instances go
     */
    public InstanceMover(
            MigrationStore store, Mover mover, SourceFactory sources, Domains domains, Destination destination) {
        this.context = new MoveContext(store, mover, sources, domains, destination);
    }

    /** Says what a move would do, and everything that stands in its way, without changing anything. */
    public InstancePlan plan(InstanceRequest request, MoveOptions options) {
        return new InstancePlanner(context, request, options).run();
    }

    /** Moves an instance, or goes on with that. A failure is in the report. */
    public InstanceReport move(InstanceRequest request, MoveOptions options, MoveListener listener) {
        String directory = request.directory().toString();
        NovaInstance instance;
        try {
            instance = NovaInstance.read(request.directory(), request.hints());
        } catch (BlockException e) {
            return InstanceReport.failed(directory, Optional.empty(), Failure.of(e, List.of()));
        }
        if (!moving.add(instance.uuid())) {
            BlockException busy = new BlockException(
                    Problem.MIGRATING, "instance " + instance.uuid() + " is being moved now, by another command");
            return InstanceReport.failed(directory, Optional.of(instance.uuid()), Failure.of(busy, List.of()));
        }
        try (InstanceMove move = new InstanceMove(context, instance, options, listener)) {
            return move.run(directory);
        } finally {
            moving.remove(instance.uuid());
        }
    }
}
