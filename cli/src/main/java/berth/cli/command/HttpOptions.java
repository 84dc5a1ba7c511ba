package berth.cli.command;

import berth.block.ListenAddress;
import berth.cli.call.Call;
import berth.cli.call.CephOptions;
import berth.cli.call.CommandFailure;
import berth.cli.call.Grammar;
import berth.nbd.TlsCredentials;
import berth.server.HttpPublisher;
import java.util.List;

/** The options that say where sources are served over HTTP or HTTPS. */
final class HttpOptions {
    /** The option that says where to listen. */
    static final String LISTEN = "--listen";

    private static final String HOST = "--host";
    private static final String TLS = "--tls-dir";
    private static final String PLAINTEXT = "--allow-plaintext-beyond-loopback";

    private HttpOptions() {}

    /**
     * Adds the options.
     *
     * @param what what is done there, for the help
     */
    static Grammar add(Grammar grammar, String what) {
        return grammar.option(LISTEN, "host:port", what)
                .option(HOST, "host", "name or address of this machine in the URL [default: that of --listen]")
                .option(
                        TLS,
                        "directory",
                        "serve HTTPS with server-cert.pem and server-key.pem in this directory; every host that opens the"
                                + " image has to trust the certificate")
                .flag(
                        PLAINTEXT,
                        "listen on addresses that other machines reach without TLS: everyone who sees the URL can read the disk");
    }

    /** Starts to serve. */
    static HttpPublisher start(Call call) {
        HostPort address = HostPort.parse(call.args().option(LISTEN).orElse("127.0.0.1:0"));
        return HttpPublisher.start(
                new ListenAddress(address.host(), address.port(), call.args().flag(PLAINTEXT)),
                call.args().option(HOST),
                call.args()
                        .option(TLS)
                        .map(directory -> TlsCredentials.certificatesIn(
                                        call.invocation().resolve(directory), false)
                                .context()));
    }

    /** Whether the options ask to serve. @throws CommandFailure when some say only how */
    static boolean asked(Call call) {
        boolean asked = call.args().option(LISTEN).isPresent();
        if (!asked && call.args().option(TLS).isPresent()) {
            throw CommandFailure.invalid(TLS + " needs " + LISTEN);
        }
        return asked;
    }

    /** The options that serve the same again, each after a space. */
    static String again(Call call) {
        StringBuilder text =
                new StringBuilder(CephOptions.again(call.invocation().args()));
        for (String option : List.of(LISTEN, HOST, TLS)) {
            call.args()
                    .option(option)
                    .ifPresent(
                            value -> text.append(' ').append(option).append(' ').append(value));
        }
        if (call.args().flag(PLAINTEXT)) {
            text.append(' ').append(PLAINTEXT);
        }
        return text.toString();
    }
}
