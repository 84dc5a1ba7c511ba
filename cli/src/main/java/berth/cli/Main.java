package berth.cli;

import berth.block.BlockException;
import berth.ceph.CephConfig;
import berth.cli.call.CephOptions;
import berth.server.Cancellation;
import berth.server.ClusterAccess;
import berth.server.CommandIo;
import berth.server.Engine;
import berth.server.Invocation;
import berth.server.LazyEngine;
import berth.server.StandardStreams;
import berth.server.StoreAccess;
import berth.server.StoreDirectory;
import berth.server.Version;
import java.util.List;
import java.util.Optional;

/** The program {@code berth}. */
public final class Main {
    private static final LazyEngine NO_STORE = new LazyEngine(() -> {
        throw new IllegalStateException("a command that needs no store asked for one");
    });

    private Main() {}

    /** Runs the command that the arguments name, and ends the process with its status. */
    public static void main(String[] args) {
        Cancellation cancellation = new Cancellation();
        ExitGuard guard = ExitGuard.install(cancellation);
        CommandIo io = StandardStreams.of(cancellation);
        Invocation invocation = Invocation.here(List.of(args));
        CommandWords words = CommandWords.of(invocation.args());
        guard.exit(run(words, invocation, SecretPrompt.around(words, io)));
    }

    private static int run(CommandWords words, Invocation invocation, CommandIo io) {
        try {
            if (words.wantsHelp()
                    || words.verb().isEmpty()
                    || !words.verb().get().needsStore()) {
                return new CommandRunner(NO_STORE).run(invocation, io);
            }
            Optional<CephConfig> cluster = words.verb().get() == Verb.PROMOTE
                    ? Optional.empty() // The options say where to, not where from.
                    : cluster(words, invocation);
            if (cluster.isPresent()) {
                return runOnCeph(cluster.get(), words.verb().get(), invocation, io);
            }
            StoreAccess access = new StoreAccess(
                    StoreDirectory.choose(words.store(), System.getenv()),
                    Version.current(),
                    place -> new CommandRunner(new LazyEngine(() -> Engine.open(place))));
            return words.verb().get() == Verb.SERVE ? access.runHere(invocation, io) : access.run(invocation, io);
        } catch (BlockException e) {
            io.tell("berth: " + e.getMessage());
            return e.errno().number();
        }
    }

    private static Optional<CephConfig> cluster(CommandWords words, Invocation invocation) {
        return CephOptions.of(
                invocation.args(), words.store(), invocation.environment().get("BERTH_STORE"), invocation.resolve(""));
    }

    private static int runOnCeph(CephConfig cluster, Verb verb, Invocation invocation, CommandIo io) {
        StoreDirectory home = StoreDirectory.besideCluster(System.getenv());
        ClusterAccess access =
                new ClusterAccess(cluster, home, System.getenv(), Version.current(), command -> onCeph(command, home));
        return switch (verb) {
            case SERVE -> access.serve(invocation, io);
            // What listens does so in a process of its own, which ends with it; libvirt is reached as the caller can.
            case NBD_SERVE, HTTP_SERVE, INSTANCE_MIGRATE -> access.runHere(invocation, io);
            default -> isBound(invocation) ? access.runHere(invocation, io) : access.run(invocation, io);
        };
    }

    private static CommandRunner onCeph(Invocation invocation, StoreDirectory home) {
        return new CommandRunner(new LazyEngine(() -> Engine.open(
                cluster(CommandWords.of(invocation.args()), invocation).orElseThrow(), home)));
    }

    /** Whether a command would mean something else in another process. */
    private static boolean isBound(Invocation invocation) {
        return invocation.args().stream()
                .anyMatch(arg -> arg.equals("--listen") || arg.startsWith("--listen=") || Invocation.isOfProcess(arg));
    }
}
