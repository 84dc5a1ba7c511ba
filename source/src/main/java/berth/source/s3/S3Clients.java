package berth.source.s3;

import berth.source.http.Authorities;
import berth.source.remote.RemoteOptions;
import java.nio.file.Path;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** Makes clients that take nothing from their surroundings: no profile files, no environment, no instance metadata. */
final class S3Clients {
    private S3Clients() {}

    static S3Client of(S3Address address, Optional<S3Login> login, Optional<Path> authority, RemoteOptions options) {
        UrlConnectionHttpClient.Builder http = UrlConnectionHttpClient.builder()
                .connectionTimeout(options.connectTimeout())
                .socketTimeout(options.stallTimeout());
        authority.ifPresent(file -> http.tlsTrustManagersProvider(() -> Authorities.trustManagers(file)));
        return S3Client.builder()
                .httpClientBuilder(http)
                .endpointOverride(address.endpoint())
                .region(Region.of(address.region()))
                .forcePathStyle(address.pathStyle())
                .credentialsProvider(credentials(login))
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .overrideConfiguration(configuration -> configuration
                        .retryStrategy(AwsRetryStrategy.doNotRetry())
                        .apiCallAttemptTimeout(options.requestTimeout())
                        .addExecutionInterceptor(new WithoutFailureBodies())
                        .defaultProfileFile(ProfileFile.aggregator().build()))
                .build();
    }

    private static AwsCredentialsProvider credentials(Optional<S3Login> login) {
        if (login.isEmpty()) {
            return AnonymousCredentialsProvider.create();
        }
        S3Login keys = login.get();
        return StaticCredentialsProvider.create(keys.sessionToken()
                .<AwsCredentials>map(token -> AwsSessionCredentials.create(keys.accessKey(), keys.secretKey(), token))
                .orElseGet(() -> AwsBasicCredentials.create(keys.accessKey(), keys.secretKey())));
    }
}
