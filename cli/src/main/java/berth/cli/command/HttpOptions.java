package berth.cli.command;

import berth.block.ListenAddress;
import berth.cli.call.Call;
import berth.cli.call.Grammar;
import berth.server.HttpPublisher;

/** The options that say where sources are served over HTTP. */
final class HttpOptions {
    /** The option that says where to listen. */
    static final String LISTEN = "--listen";

    private static final String PLAINTEXT = "--allow-plaintext-beyond-loopback";

    private HttpOptions() {}

    /**
     * Adds the options.
     *
     * @param what what is done there, for the help
     */
    static Grammar add(Grammar grammar, String what) {
        return grammar.option(LISTEN, "host:port", what)
                .option("--host", "host", "name or address of this machine in the URL [default: that of --listen]")
                .flag(
                        PLAINTEXT,
                        "listen on addresses that other machines reach: everyone who sees the URL can read the disk");
    }

    /** Starts to serve. */
    static HttpPublisher start(Call call) {
        HostPort address = HostPort.parse(call.args().option(LISTEN).orElse("127.0.0.1:0"));
        return HttpPublisher.start(
                new ListenAddress(address.host(), address.port(), call.args().flag(PLAINTEXT)),
                call.args().option("--host"));
    }
}
