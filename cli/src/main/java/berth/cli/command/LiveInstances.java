package berth.cli.command;

import berth.ceph.CephAdmin;
import berth.ceph.CephStore;
import berth.cli.call.Call;
import berth.cli.call.CephOptions;
import berth.cli.call.CommandFailure;
import berth.cli.call.ProgressLine;
import berth.cli.text.ByteSize;
import berth.cli.text.Json;
import berth.cloud.Domains;
import berth.cloud.Failure;
import berth.cloud.MoveOptions;
import berth.cloud.live.LiveListener;
import berth.cloud.live.LiveMover;
import berth.cloud.live.LiveOptions;
import berth.cloud.live.LiveReport;
import berth.libvirt.Libvirt;
import berth.server.StoreDirectory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The part of {@code instance migrate} for instances that run, into a cluster. */
final class LiveInstances implements AutoCloseable {
    private static final int PERCENT = 100;

    private final Call call;
    private final Domains domains;
    private final CephAdmin cluster;
    private final LiveMover mover;

    /** Connects to the cluster, which has to be the call's store. */
    LiveInstances(Call call, CephStore store) {
        this.call = call;
        String uri = uri(call);
        this.domains = Domains.of(uri);
        this.cluster = CephAdmin.open(call.cluster());
        this.mover = new LiveMover(uri, store, cluster, call.engine().sources(), directory(call));
    }

    /** The libvirt connection of the instances. */
    static String uri(Call call) {
        return call.args().option("--connect").orElse(Libvirt.SYSTEM);
    }

    /** The secret of libvirt that {@code --secret} names. */
    static Optional<UUID> secret(Call call) {
        return call.args().option("--secret").map(text -> UuidArgument.parse(text, "--secret"));
    }

    /** The pool that {@code --to} names, with or without the cluster before it. */
    static String pool(Call call) {
        String to = call.args().option("--to").orElse(MoveOptions.NOVA_POOL);
        String pool = to.startsWith(CephOptions.POOL_PREFIX) ? to.substring(CephOptions.POOL_PREFIX.length()) : to;
        if (pool.indexOf('/') >= 0) {
            throw CommandFailure.invalid("instances go to a pool as a whole, not to '" + pool
                    + "': Nova knows no namespaces, and names the images itself");
        }
        return pool;
    }

    /** Whether disks are moved that have not the sizes that the flavor says. */
    static boolean acceptFlavorMismatch(Call call) {
        return call.args().flag("--accept-flavor-mismatch");
    }

    private static Path directory(Call call) {
        return call.args()
                .option("--state")
                .map(call.invocation()::resolve)
                .orElseGet(() -> StoreDirectory.choose(null, Map.of()).path().resolve("instances"));
    }

    /** The instance that an argument means: a UUID, or a directory that is called by one. */
    private static Optional<UUID> uuid(String argument) {
        return Optional.ofNullable(Path.of(argument).getFileName())
                .map(Path::toString)
                .filter(UuidArgument::is)
                .map(UUID::fromString);
    }

    /** Whether an argument is an instance that runs, or that was moved, or begun to be, while it ran. */
    boolean takes(String argument) {
        return uuid(argument)
                .filter(instance ->
                        mover.isKnown(instance) || domains.activity(instance).isPresent())
                .isPresent();
    }

    /**
     * Moves instances one after the other, or takes their moves back, and prints what became of them.
     *
     * @return the exit status
     */
    int run(List<String> arguments, boolean json) {
        LiveOptions options = options();
        boolean rollBack = call.args().flag("--rollback");
        boolean dryRun = call.args().flag("--dry-run");
        if (rollBack && dryRun) {
            throw CommandFailure.invalid("--dry-run is for moves, not for --rollback");
        }
        List<LiveReport> reports = new ArrayList<>();
        for (String argument : arguments) {
            call.checkCancelled();
            UUID instance = uuid(argument)
                    .orElseThrow(() -> CommandFailure.invalid(
                            "'" + argument + "' is neither an instance's UUID nor a directory called by one"));
            LiveReport report;
            if (dryRun) {
                report = mover.plan(instance, options);
            } else if (rollBack) {
                report = mover.rollBack(instance, options, LiveListener.NONE);
            } else {
                report = move(instance, options);
            }
            reports.add(report);
            if (!json) {
                call.console().print(report.text());
            }
        }
        if (json) {
            call.console().print(Json.of(call.pretty(), reports));
        }
        return reports.stream()
                .flatMap(report -> report.failure().stream())
                .findFirst()
                .map(Failure::errno)
                .orElse(0);
    }

    private LiveOptions options() {
        List<Path> backing = call.args().options("--backing-dir").stream()
                .map(call.invocation()::resolve)
                .toList();
        return new LiveOptions(
                pool(call),
                secret(call),
                MigrationCommands.copyOptions(call.args()).bandwidth().orElse(0),
                !call.args().flag("--skip-verification"),
                backing,
                acceptFlavorMismatch(call));
    }

    private LiveReport move(UUID instance, LiveOptions options) {
        ProgressLine line = call.progressLine("Instance migration");
        LiveReport report = mover.move(instance, options, listener(line));
        if (report.failure().isEmpty()) {
            line.done();
        } else {
            line.failed();
        }
        return report;
    }

    private static LiveListener listener(ProgressLine line) {
        return new LiveListener() {
            @Override
            public boolean copying(long done, long end) {
                return line.update((int) (PERCENT * done / end), " (copied " + ByteSize.format(done) + ")");
            }

            @Override
            public boolean verifying(long done, long total) {
                return line.update(PERCENT, " (verifying, " + PERCENT * done / Math.max(1, total) + "%)");
            }
        };
    }

    @Override
    public void close() {
        cluster.close();
    }
}
