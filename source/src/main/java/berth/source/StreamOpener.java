package berth.source;

import berth.block.BlockException;
import berth.block.Problem;
import berth.source.http.HttpAddress;
import berth.source.http.HttpObject;
import berth.source.nbd.NbdExports;
import berth.source.remote.RemoteOptions;
import berth.source.remote.RemoteStream;
import berth.source.remote.RemoteStream.Contact;
import berth.source.s3.S3Address;
import berth.source.s3.S3Login;
import berth.source.s3.S3Object;
import berth.source.secret.Secret;
import berth.source.secret.SecretReader;
import berth.source.spec.StreamSpec;
import berth.source.stream.FileStream;
import berth.source.stream.Stream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/** Opens streams from their specs. Safe for use by several threads. */
final class StreamOpener {
    private final SecretReader secrets;
    private final RemoteOptions remote;
    private final NbdExports exports;
    private final Contact contact;

    /** Opens streams that may have been open before. */
    StreamOpener(SecretReader secrets, RemoteOptions remote) {
        this(secrets, remote, new NbdExports(remote), Contact.AGAIN);
    }

    private StreamOpener(SecretReader secrets, RemoteOptions remote, NbdExports exports, Contact contact) {
        this.secrets = secrets;
        this.remote = remote;
        this.exports = exports;
        this.contact = contact;
    }

    /** This one for streams that somebody has just named. */
    StreamOpener forFirstContact() {
        return new StreamOpener(secrets, remote, exports, Contact.FIRST);
    }

    /**
     * Opens a stream.
     *
     * @throws BlockException as the kinds of streams say it, and for secrets as {@link SecretReader#read}
     */
    Stream open(StreamSpec spec) {
        return switch (spec) {
            case StreamSpec.File file -> FileStream.open(file.path());
            case StreamSpec.Http http ->
                RemoteStream.open(new HttpObject(address(http), http.authority(), remote), remote, contact);
            case StreamSpec.S3 s3 -> RemoteStream.open(object(s3), remote, contact);
            case StreamSpec.Nbd nbd -> RemoteStream.open(exports.open(nbd), remote, contact);
        };
    }

    private S3Object object(StreamSpec.S3 s3) {
        Optional<S3Login> login = s3.keys()
                .map(keys -> new S3Login(
                        secrets.readToken(keys.accessKey()),
                        secrets.read(keys.secretKey()),
                        keys.sessionToken().map(secrets::readToken)));
        S3Address address = S3Address.of(s3.url(), s3.region(), s3.pathStyle());
        return new S3Object(address, login, s3.authority(), remote);
    }

    private HttpAddress address(StreamSpec.Http http) {
        // What is not ASCII is percent-encoded, as web browsers do it.
        String path = http.url().toASCIIString();
        URI target = http.query().map(query -> withQuery(path, query)).orElseGet(() -> URI.create(path));
        return new HttpAddress(http.url().toString(), target, authorization(http.login()));
    }

    private URI withQuery(String path, Secret query) {
        try {
            URI whole = new URI(path + "?" + secrets.readToken(query));
            if (whole.getRawFragment() == null) {
                return whole;
            }
        } catch (URISyntaxException _) {
            // Its message and the exception itself repeat the query.
        }
        throw new BlockException(
                Problem.INVALID_ARGUMENT,
                "the secret " + query.reference() + " cannot be used as the query of an address: it holds characters"
                        + " that have to be percent-encoded there");
    }

    private Optional<String> authorization(StreamSpec.Login login) {
        return switch (login) {
            case StreamSpec.Login.Anonymous() -> Optional.empty();
            case StreamSpec.Login.Basic basic -> {
                byte[] pair = (basic.user() + ":" + secrets.read(basic.password())).getBytes(StandardCharsets.UTF_8);
                yield Optional.of("Basic " + Base64.getEncoder().encodeToString(pair));
            }
            case StreamSpec.Login.Bearer bearer -> Optional.of("Bearer " + secrets.readToken(bearer.token()));
        };
    }
}
