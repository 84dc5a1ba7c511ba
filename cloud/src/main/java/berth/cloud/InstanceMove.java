package berth.cloud;

import berth.block.BlockException;
import berth.block.Problem;
import berth.libvirt.DomainXml;
import berth.libvirt.NovaDisk;
import berth.libvirt.NovaInstance;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One run of the move of one instance. For one thread. */
final class InstanceMove implements AutoCloseable {
    private final MoveContext context;
    private final NovaInstance instance;
    private final MoveOptions options;
    private final MoveListener listener;
    private final List<DiskMove> disks = new ArrayList<>();
    private final List<DiskReport> reports = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private static final Set<Problem> KEEPING = EnumSet.of(Problem.CANCELLED, Problem.IMAGE_IN_USE, Problem.MIGRATING);

    private boolean begun;

    InstanceMove(MoveContext context, NovaInstance instance, MoveOptions options, MoveListener listener) {
        this.context = context;
        this.instance = instance;
        this.options = options;
        this.listener = listener;
    }

    /**
     * Moves the instance.
     *
     * @param directory its directory, as it was named
     */
    InstanceReport run(String directory) {
        try {
            context.requireIdle(instance);
            NewDomain domain = NewDomain.of(instance, options.pool(), context.destination());
            notes.addAll(domain.notes());
            for (NovaDisk disk : instance.disks()) {
                disks.add(context.open(instance, disk, options));
            }
            notes.addAll(checkFlavor());
            boolean earlier = disks.stream().allMatch(disk -> disk.look() instanceof DiskTarget.Moved);
            begun = true;
            ensurePool();
            disks.forEach(disk -> disk.copy(options, listener));
            disks.forEach(disk -> reports.add(disk.commit(options, listener)));
            return new InstanceReport(
                    directory,
                    Optional.of(instance.uuid()),
                    earlier ? InstanceReport.Outcome.MOVED_EARLIER : InstanceReport.Outcome.MOVED,
                    reports,
                    writeDomain(domain, earlier),
                    notes,
                    Optional.empty());
        } catch (BlockException e) {
            return failed(directory, e);
        }
    }

    private List<String> checkFlavor() {
        Map<String, Long> sizes = new LinkedHashMap<>();
        disks.stream()
                .filter(disk -> !(disk.look() instanceof DiskTarget.Moved))
                .forEach(disk -> sizes.put(disk.name(), disk.sizeBytes()));
        return FlavorCheck.require(instance.domain().flatMap(DomainXml::flavor), sizes, options.acceptFlavorMismatch());
    }

    private void ensurePool() {
        if (context.hasPool(options.pool())) {
            return;
        }
        try {
            context.store().createPool(options.pool());
            notes.add("pool " + options.pool() + " was made");
        } catch (BlockException e) {
            // Another move may have made it at the same time.
            if (e.problem() != Problem.POOL_EXISTS) {
                throw e;
            }
        }
    }

    /** A file of an earlier run is left alone: the operator may have changed it. */
    private Optional<String> writeDomain(NewDomain domain, boolean earlier) {
        Path file = context.destination().domainXml(instance.uuid());
        if (domain.xml().isEmpty()) {
            return Optional.empty();
        }
        if (!earlier || Files.notExists(file)) {
            NewDomain.write(domain.xml().get(), file);
        }
        return Optional.of(file.toString());
    }

    private InstanceReport failed(String directory, BlockException e) {
        List<String> cleanup = new ArrayList<>();
        // What an earlier run copied stays when this one could not even begin, and what another one copies at this
        // moment.
        if (begun && !KEEPING.contains(e.problem())) {
            disks.forEach(disk -> disk.undo().ifPresent(cleanup::add));
        }
        return new InstanceReport(
                directory,
                Optional.of(instance.uuid()),
                InstanceReport.Outcome.FAILED,
                reports,
                Optional.empty(),
                notes,
                Optional.of(Failure.of(e, cleanup)));
    }

    @Override
    public void close() {
        disks.forEach(DiskMove::close);
    }
}
