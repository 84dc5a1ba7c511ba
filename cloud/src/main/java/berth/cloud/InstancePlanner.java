package berth.cloud;

import berth.block.BlockException;
import berth.block.Problem;
import berth.libvirt.DomainXml;
import berth.libvirt.NovaDisk;
import berth.libvirt.NovaInstance;
import berth.migration.Plan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/** Finds out what the move of an instance would do. Changes nothing. For one thread. */
final class InstancePlanner {
    private final MoveContext context;
    private final InstanceRequest request;
    private final MoveOptions options;
    private final List<InstancePlan.DiskPlan> disks = new ArrayList<>();
    private final Map<String, Long> newSizes = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();
    private final List<Plan.Obstacle> problems = new ArrayList<>();

    InstancePlanner(MoveContext context, InstanceRequest request, MoveOptions options) {
        this.context = context;
        this.request = request;
        this.options = options;
    }

    InstancePlan run() {
        Optional<UUID> uuid = Optional.empty();
        Optional<String> domainXml = Optional.empty();
        try {
            NovaInstance instance = NovaInstance.read(request.directory(), request.hints());
            uuid = Optional.of(instance.uuid());
            check(() -> context.requireIdle(instance));
            instance.disks().forEach(disk -> check(() -> plan(instance, disk)));
            check(() -> notes.addAll(FlavorCheck.require(
                    instance.domain().flatMap(DomainXml::flavor), newSizes, options.acceptFlavorMismatch())));
            if (!context.hasPool(options.pool())) {
                notes.add("pool " + options.pool() + " will be made");
            }
            NewDomain domain = NewDomain.of(instance, options.pool(), context.destination());
            notes.addAll(domain.notes());
            domainXml = domain.xml()
                    .map(_ -> context.destination().domainXml(instance.uuid()).toString());
        } catch (BlockException e) {
            add(e);
        }
        return new InstancePlan(request.directory().toString(), uuid, disks, domainXml, notes, problems);
    }

    private void plan(NovaInstance instance, NovaDisk disk) {
        try (DiskMove move = context.open(instance, disk, options)) {
            DiskTarget there = move.look();
            if (!(there instanceof DiskTarget.Moved)) {
                newSizes.put(disk.name(), move.sizeBytes());
            }
            Optional<Plan> migration = Optional.empty();
            if (there instanceof DiskTarget.Absent) {
                Plan plan = context.mover().plan(move.request(), OptionalLong.empty());
                // A pool that is missing is made, and is no problem.
                plan.problems().stream()
                        .filter(problem -> problem.problem() != Problem.POOL_NOT_FOUND)
                        .forEach(problems::add);
                migration = Optional.of(plan);
            }
            disks.add(new InstancePlan.DiskPlan(disk.name(), move.target().toString(), there.describe(), migration));
        }
    }

    private void check(Runnable step) {
        try {
            step.run();
        } catch (BlockException e) {
            add(e);
        }
    }

    private void add(BlockException e) {
        problems.add(new Plan.Obstacle(e.problem(), String.valueOf(e.getMessage()), e.blockers()));
    }
}
