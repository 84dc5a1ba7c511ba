package berth.cloud;

import berth.migration.Plan;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What the move of an instance would do, and everything that stands in its way.
 *
 * @param directory the instance's directory, as it was named
 * @param instance the instance's UUID, where it is known
 * @param disks the disks that can be opened
 * @param domainXml where the new domain XML goes
 * @param notes what its operator should know
 * @param problems what stands in the way; none when the instance can be moved
 */
public record InstancePlan(
        String directory,
        Optional<UUID> instance,
        List<DiskPlan> disks,
        Optional<String> domainXml,
        List<String> notes,
        List<Plan.Obstacle> problems) {
    /**
     * What would happen to a disk.
     *
     * @param disk the disk's name
     * @param image pool and name of the image that it becomes
     * @param state {@code new}, {@code moved} when nothing is left to do, or the state of a migration that goes on
     * @param migration what its migration would do; empty when it was begun already
     */
    public record DiskPlan(String disk, String image, String state, Optional<Plan> migration) {}

    public InstancePlan {
        disks = List.copyOf(disks);
        notes = List.copyOf(notes);
        problems = List.copyOf(problems);
    }

    /** The plan for people. */
    public String text() {
        StringBuilder text = new StringBuilder(instance.map(UUID::toString).orElse(directory)).append(":\n");
        for (DiskPlan disk : disks) {
            text.append("  ").append(disk.disk()).append(" becomes ").append(disk.image());
            text.append(" (").append(disk.state()).append(")\n");
            disk.migration().ifPresent(plan -> text.append(plan.text().indent(4)));
        }
        domainXml.ifPresent(file -> text.append("  domain: ").append(file).append('\n'));
        notes.forEach(note -> text.append("  note: ").append(note).append('\n'));
        for (Plan.Obstacle problem : problems) {
            text.append("  problem: ").append(problem.message()).append('\n');
            text.append("    ").append(Failure.advice(problem.problem())).append('\n');
        }
        return text.toString();
    }
}
