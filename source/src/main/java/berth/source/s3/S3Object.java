package berth.source.s3;

import berth.block.BlockException;
import berth.block.Problem;
import berth.posix.Errno;
import berth.source.remote.ConnectionFailures;
import berth.source.remote.ObjectState;
import berth.source.remote.RangeRules;
import berth.source.remote.RemoteObject;
import berth.source.remote.RemoteOptions;
import berth.source.remote.Statuses;
import berth.source.remote.TransientFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** An object in a bucket. */
public final class S3Object implements RemoteObject {
    private static final String ETAG = "etag";

    private final S3Address address;
    private final RemoteOptions options;
    private final RangeRules rules;
    private final S3Client client;

    /**
     * @param address where the object is
     * @param login with what requests are signed; not at all when empty
     * @param authority as for {@link berth.source.spec.StreamSpec.S3}
     */
    public S3Object(S3Address address, Optional<S3Login> login, Optional<Path> authority, RemoteOptions options) {
        this.address = address;
        this.options = options;
        this.rules = new RangeRules(address.toString());
        this.client = S3Clients.of(address, login, authority, options);
    }

    @Override
    public String name() {
        return address.toString();
    }

    @Override
    public String identity() {
        return "s3:" + address;
    }

    @Override
    public ObjectState state() throws TransientFailure {
        HeadObjectResponse head = call(() -> client.headObject(HeadObjectRequest.builder()
                .bucket(address.bucket())
                .key(address.key())
                .build()));
        if (head.contentLength() == null || head.eTag() == null) {
            throw rules.senseless("it does not say how long the object is, or gives no ETag");
        }
        return new ObjectState(head.contentLength(), validators(head.eTag(), head.lastModified(), head.versionId()));
    }

    private static Map<String, String> validators(
            @Nullable String etag, @Nullable Instant modified, @Nullable String version) {
        Map<String, String> validators = new TreeMap<>();
        if (etag != null) {
            validators.put(ETAG, RangeRules.quoted(etag));
        }
        if (modified != null) {
            validators.put("last_modified", modified.toString());
        }
        if (version != null) {
            validators.put("version_id", RangeRules.quoted(version));
        }
        return validators;
    }

    @Override
    public byte[] read(ObjectState expected, long offset, int length) throws TransientFailure {
        GetObjectRequest request = GetObjectRequest.builder()
                .bucket(address.bucket())
                .key(address.key())
                .range("bytes=" + offset + "-" + (offset + length - 1))
                .ifMatch(expected.validators().get(ETAG))
                .build();
        ResponseInputStream<GetObjectResponse> answer = call(() -> client.getObject(request));
        try {
            check(expected, offset, length, answer.response());
            byte[] bytes = new byte[length];
            rules.requireLength(take(answer, bytes), length);
            return bytes;
        } catch (IOException e) {
            throw ConnectionFailures.of(name(), e);
        } finally {
            // What is left, if anything, is not wanted; closing would read it.
            answer.abort();
        }
    }

    private void check(ObjectState expected, long offset, int length, GetObjectResponse head) {
        Optional<String> range = Optional.ofNullable(head.contentRange());
        if (range.isEmpty() && head.contentLength() != null && head.contentLength() == expected.size()) {
            throw new BlockException(
                    Problem.UNSUPPORTED, name() + ": the server does not give out ranges of the object");
        }
        ObjectState now =
                new ObjectState(rules.size(range), validators(head.eTag(), head.lastModified(), head.versionId()));
        expected.requireSame(name(), now);
        rules.requireRange(range, offset, length);
    }

    /** Reads a body. Returns how many bytes it has; one more than there is room for when there are more. */
    private int take(InputStream body, byte[] into) throws IOException, TransientFailure {
        long deadline = System.nanoTime() + options.requestTimeout().toNanos();
        int taken = 0;
        while (taken < into.length) {
            int n = body.read(into, taken, into.length - taken);
            if (n < 0) {
                return taken;
            }
            taken += n;
            if (System.nanoTime() >= deadline) {
                throw new TransientFailure(Errno.ETIMEDOUT, "the server sent only " + taken + " bytes in time");
            }
        }
        return body.read() < 0 ? taken : taken + 1;
    }

    private interface Request<T> {
        T run();
    }

    private <T> T call(Request<T> request) throws TransientFailure {
        long deadline = System.nanoTime() + options.requestTimeout().toNanos();
        try {
            return request.run();
        } catch (S3Exception e) {
            Optional<String> retryAfter = Optional.ofNullable(e.awsErrorDetails())
                    .map(AwsErrorDetails::sdkHttpResponse)
                    .flatMap(response -> response.firstMatchingHeader("Retry-After"));
            throw Statuses.failure(name(), e.statusCode(), retryAfter);
        } catch (RuntimeException e) {
            // Many kinds, for the SDK believes what servers send.
            if (System.nanoTime() >= deadline) {
                throw new TransientFailure(Errno.ETIMEDOUT, "the server did not answer in time");
            }
            if (ConnectionFailures.isNetwork(e)) {
                throw ConnectionFailures.of(name(), e);
            }
            throw rules.senseless(RangeRules.quoted(String.valueOf(e.getMessage())));
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
