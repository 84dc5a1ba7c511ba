package berth.cli.command;

import static berth.cli.call.CommandFailure.explain;

import berth.block.BlockException;
import berth.block.Problem;
import berth.block.Source;
import berth.cli.call.Call;
import berth.cli.call.Command;
import berth.cli.call.CommandFailure;
import berth.cli.call.Grammar;
import berth.cli.call.ImageName;
import berth.cli.call.Specs;
import berth.cli.text.Json;
import berth.http.RangeServer;
import berth.http.VirtualQcow2;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;

/** {@code http serve}. */
public final class HttpCommand {
    private static final String PLAINTEXT = "--allow-plaintext-beyond-loopback";

    private HttpCommand() {}

    /** {@code http serve}. */
    public static Command serve() {
        return new Command(
                SourceSpecs.add(new Grammar("http serve", "Serve a snapshot as a qcow2 file over HTTP until stopped.")
                                .imageOrSnapshot())
                        .option("--listen", "host:port", "listen on a TCP port [default: 127.0.0.1:0, a free one]")
                        .option("--host", "host", "name of this machine in the URL [default: that of --listen]")
                        .flag(
                                PLAINTEXT,
                                "listen on addresses that other machines reach: everyone who sees the URL can read the"
                                        + " disk")
                        .note("For librbd, whose live migration reads no compressed clusters, backing files or other"
                                + " stores: prints the source-spec for 'rbd migration prepare --import-only'. The file"
                                + " is computed while it is read. With a source-spec any source is served. Every host"
                                + " that opens the image has to reach the URL until the migration was executed.")
                        .example("http serve vms/web@moved --listen 127.0.0.1:8480")
                        .example("http serve --source-spec-path web.json --listen 127.0.0.1:8480"),
                HttpCommand::run);
    }

    private static int run(Call call) {
        HostPort address = HostPort.parse(call.args().option("--listen").orElse("127.0.0.1:0"));
        InetSocketAddress socket = new InetSocketAddress(address.host(), address.port());
        if (socket.isUnresolved()) {
            throw CommandFailure.invalid("the host '" + address.host() + "' has no address");
        }
        if (!socket.getAddress().isLoopbackAddress() && !call.args().flag(PLAINTEXT)) {
            throw CommandFailure.invalid("other machines reach " + address.host() + ", and HTTP is not encrypted: say "
                    + PLAINTEXT + " if the network is to be trusted");
        }
        String host = call.args().option("--host").orElse(address.host());
        String spec = SourceSpecs.given(call) ? SourceSpecs.read(call) : snapshot(call);
        try (Source source = explain(
                        "opening the source failed",
                        () -> call.engine().sources().open(SourceSpecs.parse(call, spec)));
                RangeServer server = RangeServer.start(socket, host)) {
            String token = RangeServer.newToken();
            server.add(token, new VirtualQcow2(source));
            call.console().println(sourceSpec(server.url(token)));
            call.console().flush();
            call.cancellation().await();
        } catch (IOException e) {
            throw new BlockException(Problem.IO, "cannot listen on " + socket + ": " + e.getMessage(), e);
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
