package berth.cli.command;

import berth.block.BlockException;
import berth.block.Problem;
import berth.ceph.CephStore;
import berth.cli.call.Arguments;
import berth.cli.call.Call;
import berth.cli.call.Command;
import berth.cli.call.CommandFailure;
import berth.cli.call.Grammar;
import berth.cli.call.LayoutOptions;
import berth.cli.text.Json;
import berth.cloud.Destination;
import berth.cloud.Domains;
import berth.cloud.InstanceBatch;
import berth.cloud.InstanceMover;
import berth.cloud.InstancePlan;
import berth.cloud.InstanceReport;
import berth.cloud.InstanceRequest;
import berth.cloud.MoveOptions;
import berth.libvirt.DiskFormat;
import berth.libvirt.NbdExport;
import berth.libvirt.NovaInstance;
import berth.migration.CommitOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The commands on whole instances. */
public final class InstanceCommands {
    private static final int MAX_JOBS = 64;
    private static final int DEFAULT_JOBS = 2;

    private InstanceCommands() {}

    /** {@code instance migrate}. */
    public static Command migrate() {
        return new Command(
                new Grammar("instance migrate", "Move Nova instances from local storage into the store.")
                        .remaining(
                                "path", "instance directory (disk, disk.info, libvirt.xml), or UUID of one that runs")
                        .option(
                                "--to",
                                "pool",
                                "pool for the disks [default: vms]; made when there is none; ceph:POOL is one of the"
                                        + " cluster")
                        .flag(
                                "--dry-run",
                                "say what would be done, and everything that stands in the way; change nothing")
                        .option("--jobs", "jobs", "instances at a time [default: 2]")
                        .repeatable(
                                "--backing-dir",
                                "directory",
                                "allow backing files here, too; the instance's directory and _base beside it always are")
                        .repeatable("--disk-format", "disk=format", "format of a disk that disk.info does not mention")
                        .option("--xml", "file", "the domain's XML when it is not in the directory (one instance)")
                        .option("--bandwidth", "bandwidth", "the most bytes a second to copy for each disk")
                        .option(
                                "--nbd-socket",
                                "path",
                                "socket at which the domains find their disks [default: nbd.sock in the store]")
                        .option("--nbd-address", "host:port", "address at which the domains find their disks")
                        .flag(
                                "--accept-flavor-mismatch",
                                "move disks although their sizes are not what the instance's flavor says")
                        .flag("--offline", "refuse instances that run, instead of moving them while they do")
                        .flag("--rollback", "take back the move of an instance that runs, before it uses its images")
                        .option("--connect", "uri", "libvirt of the instances [default: qemu:///system]")
                        .option("--secret", "uuid", "libvirt's secret for the cluster [default: the one with its key]")
                        .option(
                                "--state",
                                "directory",
                                "where moves of running instances are recorded [default: instances/"
                                        + " in the local store]")
                        .flag("--skip-verification", "do not pause a running instance to compare its disks")
                        .progress()
                        .formatted()
                        .note(
                                "Instances that run can be moved into a Ceph cluster: libvirt copies their disks, and they go"
                                        + " on with the copies. For a moment they stand still, so that file and image can"
                                        + " be compared.")
                        .note(
                                "Other instances have to be shut off. Their directories are never written to. The new domain"
                                        + " XML and the receipts go to instances/ in the store. A move that was interrupted goes"
                                        + " on when it is run again.")
                        .example(
                                "instance migrate --dry-run /var/lib/nova/instances/49704562-e043-47fa-affb-b4e9f1ff1359")
                        .example("instance migrate --id cinder --to ceph:vms 49704562-e043-47fa-affb-b4e9f1ff1359")
                        .example("instance migrate --jobs 4 /var/lib/nova/instances/*-*-*-*-*"),
                InstanceCommands::run);
    }

    private static int run(Call call) {
        boolean json = call.json();
        List<String> paths = call.args().positionalsFrom(0);
        if (paths.isEmpty()) {
            throw CommandFailure.invalid("instance directory was not specified");
        }
        if (call.args().flag("--offline") || !(call.store() instanceof CephStore cluster)) {
            return runOffline(call, paths, json);
        }
        try (LiveInstances live = new LiveInstances(call, cluster)) {
            List<String> running = call.args().flag("--rollback")
                    ? paths
                    : paths.stream().filter(live::takes).toList();
            List<String> others =
                    paths.stream().filter(path -> !running.contains(path)).toList();
            if (json && !running.isEmpty() && !others.isEmpty()) {
                throw CommandFailure.invalid(
                        "some of the instances run, others do not; name them in two commands for json output");
            }
            int status = running.isEmpty() ? 0 : live.run(running, json);
            int second = others.isEmpty() ? 0 : runOffline(call, others, json);
            return status != 0 ? status : second;
        }
    }

    private static int runOffline(Call call, List<String> paths, boolean json) {
        List<InstanceRequest> requests = requests(call, paths);
        MoveOptions options = options(call);
        InstanceMover mover = mover(call);
        return call.args().flag("--dry-run")
                ? plan(call, mover, requests, options, json)
                : move(call, mover, requests, options, json);
    }

    private static List<InstanceRequest> requests(Call call, List<String> paths) {
        Optional<Path> xml = call.args().option("--xml").map(call.invocation()::resolve);
        if (xml.isPresent() && paths.size() > 1) {
            throw CommandFailure.invalid("--xml is for one instance only");
        }
        NovaInstance.Hints hints = new NovaInstance.Hints(formats(call.args()), xml);
        return paths.stream()
                .map(path -> new InstanceRequest(call.invocation().resolve(path), hints))
                .toList();
    }

    private static Map<String, DiskFormat> formats(Arguments args) {
        Map<String, DiskFormat> formats = new HashMap<>();
        for (String text : args.options("--disk-format")) {
            int equals = text.indexOf('=');
            DiskFormat format = DiskFormat.of(text.substring(equals + 1))
                    .filter(_ -> equals > 0)
                    .orElseThrow(() -> LayoutOptions.badArgument("--disk-format"));
            formats.put(text.substring(0, equals), format);
        }
        return formats;
    }

    private static MoveOptions options(Call call) {
        List<Path> backing = call.args().options("--backing-dir").stream()
                .map(call.invocation()::resolve)
                .toList();
        return new MoveOptions(
                LiveInstances.pool(call),
                backing,
                MigrationCommands.copyOptions(call.args()),
                CommitOptions.DEFAULT,
                LiveInstances.acceptFlavorMismatch(call));
    }

    private static InstanceMover mover(Call call) {
        Path directory = directory(call);
        return mover(
                call,
                call.store() instanceof CephStore
                        ? CephDestination.of(call, directory)
                        : Destination.nbd(directory, server(call)));
    }

    /** Moves instances to the store of a call, whose domains find their disks at the given server. */
    static InstanceMover mover(Call call, NbdExport.Server server) {
        return mover(call, Destination.nbd(directory(call), server));
    }

    private static InstanceMover mover(Call call, Destination destination) {
        return new InstanceMover(
                call.engine().store(),
                call.engine().mover(),
                call.engine().sources(),
                Domains.of(LiveInstances.uri(call)),
                destination);
    }

    private static Path directory(Call call) {
        return call.engine().directory().path().resolve("instances");
    }

    /** Where domains find their disks when nothing else is said. */
    static Path defaultSocket(Call call) {
        return call.engine().directory().path().resolve("nbd.sock");
    }

    private static NbdExport.Server server(Call call) {
        Optional<String> address = call.args().option("--nbd-address");
        Optional<String> socket = call.args().option("--nbd-socket");
        if (address.isEmpty()) {
            return new NbdExport.UnixSocket(
                    socket.map(call.invocation()::resolve).orElseGet(() -> defaultSocket(call)));
        }
        HostPort parsed = HostPort.parse(address.get());
        return new NbdExport.Tcp(parsed.host(), parsed.port());
    }

    private static int plan(
            Call call, InstanceMover mover, List<InstanceRequest> requests, MoveOptions options, boolean json) {
        List<InstancePlan> plans = new ArrayList<>();
        for (InstanceRequest request : requests) {
            call.checkCancelled();
            plans.add(mover.plan(request, options));
        }
        if (json) {
            call.console().print(Json.of(call.pretty(), plans));
        } else {
            plans.forEach(plan -> call.console().print(plan.text()));
        }
        return plans.stream()
                .flatMap(plan -> plan.problems().stream())
                .findFirst()
                .map(obstacle -> obstacle.problem().errno().number())
                .orElse(0);
    }

    private static int move(
            Call call, InstanceMover mover, List<InstanceRequest> requests, MoveOptions options, boolean json) {
        List<InstanceReport> reports = run(call, mover, requests, options, !json);
        if (json) {
            call.console().print(Json.of(call.pretty(), reports));
        }
        return reports.stream()
                .flatMap(report -> report.failure().stream())
                .findFirst()
                .map(failure -> failure.errno())
                .orElse(0);
    }

    /** Moves the instances under a progress line, and prints the reports where that is wanted. */
    static List<InstanceReport> run(
            Call call, InstanceMover mover, List<InstanceRequest> requests, MoveOptions options, boolean print) {
        long jobs = LayoutOptions.size(call.args(), "--jobs", 1).orElse(DEFAULT_JOBS);
        if (jobs < 1 || jobs > MAX_JOBS) {
            throw LayoutOptions.badArgument("--jobs");
        }
        InstanceProgress progress = new InstanceProgress(call.progressLine("Instance migration"));
        List<InstanceReport> reports;
        try {
            reports = new InstanceBatch(mover, (int) jobs).run(requests, options, progress, _ -> {});
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BlockException(Problem.CANCELLED, "the move was cancelled", e);
        }
        progress.end(reports.stream().allMatch(report -> report.failure().isEmpty()));
        if (print) {
            reports.forEach(report -> call.console().print(report.text()));
        }
        return reports;
    }
}
