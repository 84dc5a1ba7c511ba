package berth.source.spec;

import berth.source.secret.Secret;
import java.util.function.UnaryOperator;

/** Replaces the secrets of a spec. */
public final class SpecSecrets {
    private final UnaryOperator<Secret> replacement;

    private SpecSecrets(UnaryOperator<Secret> replacement) {
        this.replacement = replacement;
    }

    /** The same spec with each secret replaced. */
    public static SourceSpec replace(SourceSpec spec, UnaryOperator<Secret> replacement) {
        return switch (spec) {
            case NativeSpec image -> image;
            case DiskSpec disk -> new SpecSecrets(replacement).disk(disk);
        };
    }

    private DiskSpec disk(DiskSpec spec) {
        return switch (spec) {
            case RawSpec raw ->
                new RawSpec(
                        stream(raw.stream()),
                        raw.snapshots().stream()
                                .map(snapshot -> new RawSpec.Snapshot(snapshot.name(), stream(snapshot.stream())))
                                .toList());
            case QcowSpec qcow ->
                new QcowSpec(
                        stream(qcow.stream()),
                        qcow.backingFormats(),
                        qcow.backingAllow(),
                        qcow.backing().map(this::disk));
        };
    }

    private StreamSpec stream(StreamSpec spec) {
        return switch (spec) {
            case StreamSpec.File file -> file;
            case StreamSpec.Nbd nbd -> nbd;
            case StreamSpec.Http http ->
                new StreamSpec.Http(http.url(), http.query().map(replacement), login(http.login()), http.authority());
            case StreamSpec.S3 s3 ->
                new StreamSpec.S3(s3.url(), s3.keys().map(this::keys), s3.region(), s3.pathStyle(), s3.authority());
        };
    }

    private StreamSpec.Login login(StreamSpec.Login login) {
        return switch (login) {
            case StreamSpec.Login.Anonymous none -> none;
            case StreamSpec.Login.Basic(String user, Secret password) ->
                new StreamSpec.Login.Basic(user, replacement.apply(password));
            case StreamSpec.Login.Bearer(Secret token) -> new StreamSpec.Login.Bearer(replacement.apply(token));
        };
    }

    private StreamSpec.S3.Keys keys(StreamSpec.S3.Keys keys) {
        return new StreamSpec.S3.Keys(
                replacement.apply(keys.accessKey()),
                replacement.apply(keys.secretKey()),
                keys.sessionToken().map(replacement));
    }
}
