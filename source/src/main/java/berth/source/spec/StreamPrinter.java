package berth.source.spec;

import berth.source.secret.Secret;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Prints the {@code stream} object of a {@code source-spec}. Of secrets only the references are printed. */
final class StreamPrinter {
    private final Map<String, Object> json = new TreeMap<>();

    private StreamPrinter() {}

    static Map<String, Object> json(StreamSpec stream) {
        StreamPrinter printer = new StreamPrinter();
        switch (stream) {
            case StreamSpec.File(Path path) -> {
                printer.put(SpecKeys.TYPE, SpecKeys.FILE);
                printer.put(SpecKeys.FILE_PATH, path.toString());
            }
            case StreamSpec.Http http -> printer.http(http);
            case StreamSpec.S3 s3 -> printer.s3(s3);
            case StreamSpec.Nbd nbd -> {
                printer.put(SpecKeys.TYPE, SpecKeys.NBD);
                printer.put(SpecKeys.URI, nbd.uri());
            }
        }
        return printer.json;
    }

    private void put(String key, String value) {
        json.put(key, value);
    }

    private void put(String key, Optional<Secret> secret) {
        secret.ifPresent(there -> put(key, there.reference()));
    }

    private void authority(Optional<Path> authority) {
        authority.ifPresent(path -> put(SpecKeys.CA_FILE, path.toString()));
    }

    private void http(StreamSpec.Http http) {
        put(SpecKeys.TYPE, SpecKeys.HTTP);
        put(SpecKeys.URL, http.url().toString());
        put(SpecKeys.QUERY, http.query());
        authority(http.authority());
        switch (http.login()) {
            case StreamSpec.Login.Anonymous() -> {
                // Nothing to say.
            }
            case StreamSpec.Login.Basic(String user, Secret password) -> {
                put(SpecKeys.USER, user);
                put(SpecKeys.PASSWORD, password.reference());
            }
            case StreamSpec.Login.Bearer(Secret token) -> put(SpecKeys.TOKEN, token.reference());
        }
    }

    private void s3(StreamSpec.S3 s3) {
        put(SpecKeys.TYPE, SpecKeys.S3);
        put(SpecKeys.URL, s3.url().toString());
        s3.keys().ifPresent(keys -> {
            put(SpecKeys.ACCESS_KEY, keys.accessKey().reference());
            put(SpecKeys.SECRET_KEY, keys.secretKey().reference());
            put(SpecKeys.SESSION_TOKEN, keys.sessionToken());
        });
        if (!s3.region().equals(StreamSpec.S3.DEFAULT_REGION)) {
            put(SpecKeys.REGION, s3.region());
        }
        if (!s3.pathStyle()) {
            json.put(SpecKeys.PATH_STYLE, false);
        }
        authority(s3.authority());
    }
}
