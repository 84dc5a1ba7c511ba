package berth.cli.command;

import berth.cli.call.Arguments;
import berth.cli.call.Call;
import berth.cli.call.CommandFailure;
import berth.cli.call.Grammar;
import berth.nbd.NbdEndpoint;
import berth.nbd.NbdServerConfig;
import berth.nbd.NbdTls;
import berth.nbd.TlsCredentials;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The options that say where and how NBD is served. */
final class NbdOptions {
    private NbdOptions() {}

    /** Adds the options, the endpoints' under the given names. */
    static Grammar add(Grammar grammar, String socketOption, String listenOption) {
        return grammar.option(socketOption, "path", "serve NBD on a Unix socket")
                .option(listenOption, "host:port", "serve NBD on a TCP port; [address]:port for IPv6")
                .flag("--read-only", "let clients read only")
                .option(
                        "--tls-dir",
                        "directory",
                        "require TLS with keys.psk, or server-cert.pem and server-key.pem, in this directory")
                .flag("--tls-verify-clients", "require certificates of ca-cert.pem from clients")
                .flag("--tls-optional", "let clients do without TLS")
                .flag(
                        "--allow-plaintext-beyond-loopback",
                        "listen on addresses that other machines reach without requiring TLS: everyone who reaches the"
                                + " port can then read and write");
    }

    /** The servers that the options ask for. */
    static List<NbdServerConfig> servers(Call call, String socketOption, String listenOption) {
        Arguments args = call.args();
        List<NbdServerConfig> servers = new ArrayList<>();
        Optional<String> socket = args.option(socketOption);
        if (socket.isPresent()) {
            NbdEndpoint endpoint = new NbdEndpoint.Unix(call.invocation().resolve(socket.get()));
            servers.add(NbdServerConfig.of(endpoint, tls(call)));
        }
        Optional<String> listen = args.option(listenOption);
        if (listen.isPresent()) {
            HostPort address = HostPort.parse(listen.get());
            boolean plaintext = args.flag("--allow-plaintext-beyond-loopback");
            NbdEndpoint endpoint = new NbdEndpoint.Tcp(address.host(), address.port(), plaintext);
            servers.add(NbdServerConfig.of(endpoint, tls(call)));
        }
        return servers;
    }

    private static NbdTls tls(Call call) {
        Optional<String> directory = call.args().option("--tls-dir");
        if (directory.isEmpty()) {
            if (call.args().flag("--tls-optional") || call.args().flag("--tls-verify-clients")) {
                throw CommandFailure.invalid("--tls-optional and --tls-verify-clients need --tls-dir");
            }
            return new NbdTls.Off();
        }
        Path path = call.invocation().resolve(directory.get());
        TlsCredentials credentials =
                TlsCredentials.inDirectory(path, call.args().flag("--tls-verify-clients"));
        return call.args().flag("--tls-optional") ? new NbdTls.Allowed(credentials) : new NbdTls.Required(credentials);
    }
}
