package berth.source.http;

import berth.block.BlockException;
import berth.block.Problem;
import berth.source.remote.ObjectState;
import berth.source.remote.RangeRules;
import berth.source.remote.RemoteObject;
import berth.source.remote.RemoteOptions;
import berth.source.remote.Statuses;
import berth.source.remote.TransientFailure;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A file on a web server. Its size and validators come with the answer to a request for its first byte, because signed
 * addresses often allow no HEAD, and because so they come from the same kind of answer as the data.
 */
public final class HttpObject implements RemoteObject {
    private static final String ETAG = "etag";
    private static final String LAST_MODIFIED = "last_modified";
    private static final String CONTENT_RANGE = "Content-Range";
    private static final int OK = 200;
    private static final int PARTIAL_CONTENT = 206;
    private static final int NOT_SATISFIABLE = 416;

    private final HttpAddress address;
    private final RangeRules rules;
    private final HttpClient client;
    private final Redirects redirects;

    /**
     * @param address where the file is
     * @param authority as for {@link berth.source.spec.StreamSpec.Http}
     */
    public HttpObject(HttpAddress address, Optional<Path> authority, RemoteOptions options) {
        this.address = address;
        this.rules = new RangeRules(address.name());
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(options.connectTimeout());
        authority.ifPresent(file -> builder.sslContext(Authorities.context(file)));
        client = builder.build();
        redirects = new Redirects(address, new Exchange(client, options));
    }

    @Override
    public String name() {
        return address.name();
    }

    @Override
    public String identity() {
        return "http:" + address.target();
    }

    @Override
    public ObjectState state() throws TransientFailure {
        HttpResponse<RangeBody> answer = redirects.send(request -> request.header("Range", "bytes=0-0"), 1);
        HttpHeaders headers = answer.headers();
        return switch (answer.statusCode()) {
            case PARTIAL_CONTENT -> {
                requireRange(answer, 0, 1);
                yield found(headers, rules.size(headers.firstValue(CONTENT_RANGE)));
            }
            case NOT_SATISFIABLE -> {
                long size = rules.size(headers.firstValue(CONTENT_RANGE));
                if (size != 0) {
                    throw rules.senseless("it says that a file of " + size + " bytes has no first byte");
                }
                yield found(headers, 0);
            }
            case OK -> {
                if (!headers.firstValue("Content-Length").equals(Optional.of("0"))) {
                    throw noRanges();
                }
                yield found(headers, 0);
            }
            default -> throw failure(answer);
        };
    }

    private ObjectState found(HttpHeaders headers, long size) {
        ObjectState state = new ObjectState(size, validators(headers));
        if (state.validators().isEmpty()) {
            throw new BlockException(
                    Problem.UNSUPPORTED,
                    name()
                            + ": the server gives neither ETag nor Last-Modified, so that nobody could notice that the file"
                            + " changes while it is copied; download it and use a 'file' stream");
        }
        return state;
    }

    private static Map<String, String> validators(HttpHeaders headers) {
        Map<String, String> validators = new TreeMap<>();
        headers.firstValue("ETag").ifPresent(value -> validators.put(ETAG, RangeRules.quoted(value)));
        headers.firstValue("Last-Modified").ifPresent(value -> validators.put(LAST_MODIFIED, RangeRules.quoted(value)));
        return validators;
    }

    @Override
    public byte[] read(ObjectState expected, long offset, int length) throws TransientFailure {
        HttpResponse<RangeBody> answer = redirects.send(request -> askFor(request, expected, offset, length), length);
        HttpHeaders headers = answer.headers();
        return switch (answer.statusCode()) {
            case PARTIAL_CONTENT -> {
                long size = rules.size(headers.firstValue(CONTENT_RANGE));
                expected.requireSame(name(), new ObjectState(size, validators(headers)));
                requireRange(answer, offset, length);
                yield answer.body().bytes();
            }
            case OK -> throw wholeFile(expected, headers);
            case NOT_SATISFIABLE -> throw ObjectState.changed(name(), "it is shorter now (status 416)");
            default -> throw failure(answer);
        };
    }

    private static void askFor(HttpRequest.Builder request, ObjectState expected, long offset, int length) {
        request.header("Range", "bytes=" + offset + "-" + (offset + length - 1));
        String etag = expected.validators().getOrDefault(ETAG, "");
        // Weak ones are not equal to anything in the sense of these headers.
        if (etag.startsWith("\"")) {
            request.header("If-Match", etag);
            request.header("If-Range", etag);
        }
    }

    /** A server that finds another version answers If-Range with all of it. */
    private BlockException wholeFile(ObjectState expected, HttpHeaders headers) {
        Map<String, String> now = validators(headers);
        return expected.validators().equals(now)
                ? noRanges()
                : ObjectState.changed(name(), expected.validators() + " -> " + now);
    }

    private void requireRange(HttpResponse<RangeBody> answer, long offset, int length) throws TransientFailure {
        rules.requireRange(answer.headers().firstValue(CONTENT_RANGE), offset, length);
        rules.requirePlain(answer.headers().firstValue("Content-Encoding"));
        rules.requireLength(answer.body().taken(), length);
    }

    private BlockException failure(HttpResponse<RangeBody> answer) throws TransientFailure {
        return Statuses.failure(name(), answer.statusCode(), answer.headers().firstValue("Retry-After"));
    }

    private BlockException noRanges() {
        return new BlockException(
                Problem.UNSUPPORTED,
                name() + ": the server does not give out ranges of the file; download it and use a 'file' stream");
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
