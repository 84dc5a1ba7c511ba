package berth.source.remote;

import berth.source.http.HttpAddress;
import berth.source.http.HttpObject;
import berth.source.s3.S3Address;
import berth.source.s3.S3Login;
import berth.source.s3.S3Object;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** Streams from test servers, with little patience. */
public final class RemoteStreams {
    /** The chunks of test streams. */
    public static final int CHUNK_BYTES = 4096;

    /** Three attempts, and fractions of a second. */
    public static final RemoteOptions IMPATIENT = new RemoteOptions(
            Duration.ofSeconds(5),
            Duration.ofMillis(250),
            Duration.ofMillis(700),
            new RetryPolicy(3, 3, Duration.ofMillis(1), Duration.ofMillis(10)),
            new ReadAheadPolicy(CHUNK_BYTES, 8, 2, 3));

    private RemoteStreams() {}

    /** The protocols that run over HTTP. */
    enum Kind {
        HTTP,
        S3;

        RemoteStream open(String url) {
            return RemoteStream.open(
                    switch (this) {
                        case HTTP ->
                            new HttpObject(
                                    new HttpAddress(url, URI.create(url), Optional.empty()),
                                    Optional.empty(),
                                    IMPATIENT);
                        case S3 ->
                            new S3Object(
                                    S3Address.of(URI.create(url), "us-east-1", true),
                                    Optional.of(new S3Login("access", "hush-hush", Optional.empty())),
                                    Optional.empty(),
                                    IMPATIENT);
                    },
                    IMPATIENT,
                    RemoteStream.Contact.AGAIN);
        }
    }
}
