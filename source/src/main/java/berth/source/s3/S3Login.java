package berth.source.s3;

import java.util.Optional;

/**
 * The keys with which requests are signed.
 *
 * @param accessKey says who asks
 * @param secretKey signs
 * @param sessionToken comes with keys that are good for some time only
 */
public record S3Login(String accessKey, String secretKey, Optional<String> sessionToken) {
    /** Without what is secret. */
    @Override
    public String toString() {
        return "S3Login";
    }
}
