package berth.cli.command;

import static berth.cli.call.CommandFailure.explain;

import berth.block.Source;
import berth.ceph.CephStore;
import berth.cli.call.Call;
import berth.cli.call.Command;
import berth.cli.call.CommandFailure;
import berth.cli.call.Grammar;
import berth.cli.call.ImageName;
import berth.cli.call.Specs;
import berth.cli.text.Json;
import berth.http.RangeServer;
import berth.server.HttpPublisher;
import berth.server.Republisher;
import java.net.URI;
import java.util.concurrent.TimeUnit;

/** {@code http serve}. */
public final class HttpCommand {
    /** The shortest and the longest pause from one look for migrations that have begun or ended to the next. */
    private static final long MIN_PAUSE_MILLIS = 2_000;

    private static final long MAX_PAUSE_MILLIS = 60_000;
    /** Between them, the pause is as many times as long as the look, which asks each image of the cluster. */
    private static final long PAUSE_PER_LOOK = 20;

    private HttpCommand() {}

    /** {@code http serve}. */
    public static Command serve() {
        Grammar grammar = new Grammar("http serve", "Serve a snapshot as a qcow2 file over HTTP until stopped.");
        return new Command(
                HttpOptions.add(
                                SourceSpecs.add(grammar.imageOrSnapshot()),
                                "listen on a TCP port [default: 127.0.0.1:0, a free one]")
                        .option(
                                "--token-file",
                                "path",
                                "file with the secret part of the URL, so that it is the same after a restart; made"
                                        + " when missing")
                        .flag(
                                "--migrations",
                                "serve again the sources of all migrations that were prepared with this address and"
                                        + " have not been executed yet")
                        .note("For librbd, whose live migration reads no compressed clusters, backing files or other"
                                + " stores: prints the source-spec for 'rbd migration prepare --import-only'. The file"
                                + " is computed while it is read. With a source-spec any source is served. Every host"
                                + " that opens the image has to reach the URL until the migration was executed.")
                        .example("http serve vms/web@moved --listen 127.0.0.1:8480")
                        .example("http serve --source-spec-path web.json --listen 127.0.0.1:8480")
                        .example("http serve -c ceph.conf --migrations --listen 10.0.0.5:8480"),
                HttpCommand::run);
    }

    private static int run(Call call) {
        if (call.args().flag("--migrations")) {
            return serveMigrations(call);
        }
        String token = call.args()
                .option("--token-file")
                .map(file -> TokenFile.read(call.invocation().resolve(file)))
                .orElseGet(RangeServer::newToken);
        String spec = SourceSpecs.given(call) ? SourceSpecs.read(call) : snapshot(call);
        try (Source source = explain(
                        "opening the source failed",
                        () -> call.engine().sources().open(SourceSpecs.parse(call, spec)));
                HttpPublisher server = HttpOptions.start(call)) {
            call.console().println(sourceSpec(server.publish(token, source)));
            call.console().flush();
            call.cancellation().await();
        }
        return 0;
    }

    private static int serveMigrations(Call call) {
        if (!(call.store() instanceof CephStore store)) {
            throw CommandFailure.invalid(
                    "--migrations is for clusters: images of this store read their sources" + " themselves");
        }
        if (call.args().option(HttpOptions.LISTEN).isEmpty()) {
            throw CommandFailure.invalid("say with --listen where the migrations were prepared to be served");
        }
        try (HttpPublisher server = HttpOptions.start(call);
                Republisher sources = new Republisher(
                        store, call.engine().sources(), call.engine().mover(), server, call.console()::complain)) {
            call.console().println("serving migrations");
            call.console().flush();
            long pause;
            do {
                long begun = System.nanoTime();
                sources.look();
                long look = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
                pause = Math.clamp(PAUSE_PER_LOOK * look, MIN_PAUSE_MILLIS, MAX_PAUSE_MILLIS);
            } while (!call.cancellation().await(pause));
        }
        return 0;
    }

    /** An image that is written to changes under its reader; a snapshot does not. */
    private static String snapshot(Call call) {
        ImageName name = Specs.imageOrSnapshot(call);
        String snapshot = name.snapshot()
                .orElseThrow(() -> CommandFailure.invalid(
                        "name a snapshot: an image may change while it is read (berth snap create makes one)"));
        return SourceSpecs.ofSnapshot(name.image().pool(), name.image().image(), snapshot);
    }

    private static String sourceSpec(URI url) {
        return Json.write(false, json -> {
            json.writeStartObject();
            json.writeStringProperty("type", "qcow");
            json.writeObjectPropertyStart("stream");
            json.writeStringProperty("type", "http");
            json.writeStringProperty("url", url.toString());
            json.writeEndObject();
            json.writeEndObject();
        });
    }
}
