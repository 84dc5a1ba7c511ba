package berth.cli.command;

import berth.block.BlockException;
import berth.block.Image;
import berth.block.Problem;
import berth.ceph.CephStore;
import berth.cli.call.Call;
import berth.cli.call.Command;
import berth.cli.call.CommandFailure;
import berth.cli.call.Grammar;
import berth.cli.call.ImageName;
import berth.cli.call.LayoutOptions;
import berth.cli.call.Specs;
import berth.nbd.NbdEndpoint;
import berth.nbd.NbdServer;
import berth.nbd.NbdServerConfig;
import berth.nbd.NbdTls;
import berth.server.StoreExports;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The commands that stay until they are stopped: {@code serve}, {@code nbd serve}. */
public final class ServeCommands {
    private static final long DEFAULT_SCRUB_RATE = 8L << 20;

    private ServeCommands() {}

    /** {@code serve}. */
    public static Command serve() {
        Grammar grammar = new Grammar("serve", "Own the store and serve it until stopped.");
        NbdOptions.add(grammar, "--nbd-socket", "--nbd-listen");
        return new Command(
                grammar.option(
                                "--scrub-rate",
                                "scrub-rate",
                                "the most bytes a second that the scrub in the background reads (in B/K/M/G), 0 for no"
                                        + " scrub [default: 8M, on Ceph none]")
                        .option("--pid-file", "path", "write the process id to a file while running")
                        .note("Other berth commands on the same store work through this process. NBD clients name an"
                                + " image as <pool-name>/<image-name>[@<snap-name>]. SIGTERM and SIGINT stop it in"
                                + " order.")
                        .example("serve --nbd-socket /run/berth/nbd.sock")
                        .example("serve --nbd-listen 0.0.0.0:10809 --tls-dir /etc/berth/tls"),
                ServeCommands::runServe);
    }

    private static int runServe(Call call) {
        if (call.invocation().remote()) {
            throw new CommandFailure(
                    Problem.STORE_LOCKED.errno().number(), "the store is owned by another process already");
        }
        List<NbdServerConfig> configs = NbdOptions.servers(call, "--nbd-socket", "--nbd-listen");
        StoreExports exports = StoreExports.all(call.store(), call.args().flag("--read-only"));
        Optional<Path> pidFile = call.args().option("--pid-file").map(call.invocation()::resolve);
        List<NbdServer> servers = new ArrayList<>();
        try {
            for (NbdServerConfig config : configs) {
                NbdServer server = NbdServer.start(config, exports);
                servers.add(server);
                call.console().complain("serving NBD on " + describe(config, server));
            }
            pidFile.ifPresent(ServeCommands::writePid);
            startScrub(call);
            call.console()
                    .complain("serving the store " + call.engine().name() + " as process "
                            + ProcessHandle.current().pid());
            call.cancellation().await();
            call.console().complain("stopping");
        } finally {
            servers.forEach(NbdServer::close);
            pidFile.ifPresent(ServeCommands::removePid);
        }
        return 0;
    }

    /** A cluster scrubs its disks by itself. */
    private static void startScrub(Call call) {
        long usual = call.store() instanceof CephStore ? 0 : DEFAULT_SCRUB_RATE;
        long rate = LayoutOptions.size(call.args(), "--scrub-rate", 1).orElse(usual);
        if (rate > 0) {
            call.engine().integrity().scrubInBackground(rate);
        }
    }

    private static void writePid(Path file) {
        try {
            Files.writeString(file, ProcessHandle.current().pid() + "\n", StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new BlockException(Problem.IO, "cannot write the pid file " + file + ": " + e, e);
        }
    }

    private static void removePid(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // A pid file that stays names a process that is gone; whoever reads it has to check that anyway.
        }
    }

    /** {@code nbd serve}. */
    public static Command nbd() {
        Grammar grammar =
                new Grammar("nbd serve", "Serve an image or snapshot over NBD until stopped.").imageOrSnapshot();
        return new Command(
                NbdOptions.add(grammar, "--socket", "--listen")
                        .note("Prints the NBD URI that clients connect to once it is ready.")
                        .example("nbd serve vms/web --socket /tmp/web.sock")
                        .example("nbd serve vms/web@before-upgrade --listen 127.0.0.1:10809"),
                ServeCommands::runNbd);
    }

    private static int runNbd(Call call) {
        ImageName name = Specs.imageOrSnapshot(call);
        List<NbdServerConfig> configs = NbdOptions.servers(call, "--socket", "--listen");
        if (configs.isEmpty()) {
            throw CommandFailure.invalid("specify --socket <path> or --listen <host:port>");
        }
        try (Image _ = call.open(name)) {
            // Only to say at once, in the usual words, that it is not there.
        }
        String export = name.image().pool() + "/" + name.text();
        StoreExports exports =
                StoreExports.only(call.store(), export, call.args().flag("--read-only"));
        List<NbdServer> servers = new ArrayList<>();
        try {
            for (NbdServerConfig config : configs) {
                NbdServer server = NbdServer.start(config, exports);
                servers.add(server);
                call.console().println(uri(config, server, export));
            }
            call.console().flush();
            call.cancellation().await();
        } finally {
            servers.forEach(NbdServer::close);
        }
        return 0;
    }

    private static String describe(NbdServerConfig config, NbdServer server) {
        return switch (config.endpoint()) {
            case NbdEndpoint.Unix(Path path) -> path.toString();
            case NbdEndpoint.Tcp tcp -> tcp.host() + ":" + port(server);
        };
    }

    private static int port(NbdServer server) {
        return server.address() instanceof InetSocketAddress address ? address.getPort() : 0;
    }

    /** The address in the form of the NBD URI specification. */
    private static String uri(NbdServerConfig config, NbdServer server, String export) {
        String scheme = config.tls() instanceof NbdTls.Required ? "nbds" : "nbd";
        String name = encode(export).replace("%2F", "/").replace("%40", "@");
        return switch (config.endpoint()) {
            case NbdEndpoint.Unix(Path path) ->
                scheme + "+unix:///" + name + "?socket="
                        + encode(path.toString()).replace("%2F", "/");
            case NbdEndpoint.Tcp tcp -> {
                String host = tcp.host().indexOf(':') >= 0 ? "[" + tcp.host() + "]" : tcp.host();
                yield scheme + "://" + host + ":" + port(server) + "/" + name;
            }
        };
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
