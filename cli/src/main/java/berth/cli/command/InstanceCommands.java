package berth.cli.command;

import berth.block.BlockException;
import berth.block.Problem;
import berth.ceph.CephStore;
import berth.cli.call.Arguments;
import berth.cli.call.Call;
import berth.cli.call.CephOptions;
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
import berth.migration.ExecuteOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The commands on whole instances. */
public final class InstanceCommands {
    private static final int MAX_JOBS = 64;
    private static final int DEFAULT_JOBS = 2;

    private InstanceCommands() {}

    /** {@code instance migrate}. */
    public static Command migrate() {
        return new Command(
                new Grammar("instance migrate", "Move Nova instances from local storage into the store.")
                        .remaining("path", "instance directory (disk, disk.info, libvirt.xml)")
                        .option(
                                "--to",
                                "pool",
                                "pool for the disks [default: vms]; made when there is none; ceph:POOL is one of a"
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
                        .progress()
                        .formatted()
                        .note(
                                "The instances have to be shut off. Their directories are never written to. The new domain"
                                        + " XML and the receipts go to instances/ in the store. A move that was interrupted goes"
                                        + " on when it is run again.")
                        .example(
                                "instance migrate --dry-run /var/lib/nova/instances/49704562-e043-47fa-affb-b4e9f1ff1359")
                        .example("instance migrate --id cinder --to ceph:vms /var/lib/nova/instances/*-*-*-*-*")
                        .example("instance migrate --jobs 4 /var/lib/nova/instances/*-*-*-*-*"),
                InstanceCommands::run);
    }

    private static int run(Call call) {
        boolean json = call.json();
        List<InstanceRequest> requests = requests(call);
        MoveOptions options = options(call);
        InstanceMover mover = mover(call);
        return call.args().flag("--dry-run")
                ? plan(call, mover, requests, options, json)
                : move(call, mover, requests, options, json);
    }

    private static List<InstanceRequest> requests(Call call) {
        List<String> paths = call.args().positionalsFrom(0);
        if (paths.isEmpty()) {
            throw CommandFailure.invalid("instance directory was not specified");
        }
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
        OptionalLong bandwidth = LayoutOptions.size(call.args(), "--bandwidth", 1);
        if (bandwidth.isPresent() && bandwidth.getAsLong() == 0) {
            throw LayoutOptions.badArgument("--bandwidth");
        }
        ExecuteOptions copy = bandwidth.isPresent()
                ? ExecuteOptions.DEFAULT.withBandwidth(bandwidth.getAsLong())
                : ExecuteOptions.DEFAULT;
        List<Path> backing = call.args().options("--backing-dir").stream()
                .map(call.invocation()::resolve)
                .toList();
        return new MoveOptions(pool(call.args()), backing, copy, CommitOptions.DEFAULT);
    }

    private static String pool(Arguments args) {
        String to = args.option("--to").orElse(MoveOptions.NOVA_POOL);
        return to.startsWith(CephOptions.POOL_PREFIX) ? to.substring(CephOptions.POOL_PREFIX.length()) : to;
    }

    private static InstanceMover mover(Call call) {
        return mover(call, call.store() instanceof CephStore ? Optional.empty() : Optional.of(server(call)));
    }

    /** Moves instances to the store of a call, whose domains find their disks at the given server, or in the cluster. */
    static InstanceMover mover(Call call, Optional<NbdExport.Server> server) {
        Path directory = call.engine().directory().path().resolve("instances");
        return new InstanceMover(
                call.engine().store(),
                call.engine().mover(),
                call.engine().sources(),
                Domains.ofThisMachine(),
                new Destination(directory, server));
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
