package berth.source.spec;

import berth.source.secret.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the {@code stream} object of a {@code source-spec}.
 *
 * @param stream the object
 * @param directory what relative paths in it are relative to
 */
record StreamParser(SpecObject stream, Path directory) {
    /** The registered port of NBD. */
    private static final int NBD_PORT = 10809;

    private static final int MAX_PORT = 65535;
    private static final Pattern SOCKET = Pattern.compile("(?:^|&)socket=([^&]*)");

    /** The stream; empty when its type is not known. */
    Optional<StreamSpec> parse(String type) {
        return switch (type) {
            case SpecKeys.FILE -> Optional.of(new StreamSpec.File(path(SpecKeys.FILE_PATH)));
            case SpecKeys.HTTP -> Optional.of(http());
            case SpecKeys.S3 -> Optional.of(s3());
            case SpecKeys.NBD -> Optional.of(nbd());
            default -> Optional.empty();
        };
    }

    private Path path(String key) {
        return stream.path(key, stream.requiredString(key), directory);
    }

    private Optional<Path> authority() {
        return stream.string(SpecKeys.CA_FILE).map(text -> stream.path(SpecKeys.CA_FILE, text, directory));
    }

    private Optional<Secret> secret(String key) {
        return stream.string(key).map(text -> Secret.parse(text, directory));
    }

    private StreamSpec.Http http() {
        URI url = webAddress();
        Optional<Secret> query = secret(SpecKeys.QUERY);
        if (url.getRawQuery() != null) {
            if (query.isPresent()) {
                throw stream.invalid("both 'url' and '" + SpecKeys.QUERY + "' in " + stream.what() + " have a query");
            }
            query = Optional.of(new Secret.Value(url.getRawQuery()));
        }
        return new StreamSpec.Http(withoutQuery(url), query, login(), authority());
    }

    private StreamSpec.Login login() {
        Optional<Secret> token = secret(SpecKeys.TOKEN);
        Optional<String> user = stream.string(SpecKeys.USER);
        Optional<Secret> password = secret(SpecKeys.PASSWORD);
        if (user.isPresent() != password.isPresent()) {
            throw stream.missing(user.isPresent() ? SpecKeys.PASSWORD : SpecKeys.USER);
        }
        if (user.isPresent() && token.isPresent()) {
            throw stream.invalid("cannot specify both a password and a token");
        }
        if (user.isPresent()) {
            String name = user.get();
            if (name.indexOf(':') >= 0 || name.chars().anyMatch(Character::isISOControl)) {
                throw stream.invalid(SpecKeys.USER, "a name without colons and control characters");
            }
            return new StreamSpec.Login.Basic(name, password.orElseThrow());
        }
        return token.<StreamSpec.Login>map(StreamSpec.Login.Bearer::new).orElseGet(StreamSpec.Login.Anonymous::new);
    }

    private StreamSpec.S3 s3() {
        URI url = webAddress();
        if (url.getRawQuery() != null) {
            throw stream.invalid("'url' in " + stream.what() + " has a query; an 'http' stream takes presigned URLs");
        }
        String path = url.getPath();
        int slash = path.indexOf('/', 1);
        if (slash < 2 || slash == path.length() - 1) {
            throw stream.invalid("'url' in " + stream.what()
                    + " does not name a bucket and a key: it has to be like http://s3.ceph.com/bucket/image.raw");
        }
        return new StreamSpec.S3(
                url,
                keys(),
                stream.string(SpecKeys.REGION).orElse(StreamSpec.S3.DEFAULT_REGION),
                stream.flag(SpecKeys.PATH_STYLE, true),
                authority());
    }

    private Optional<StreamSpec.S3.Keys> keys() {
        Optional<Secret> access = secret(SpecKeys.ACCESS_KEY);
        Optional<Secret> key = secret(SpecKeys.SECRET_KEY);
        Optional<Secret> session = secret(SpecKeys.SESSION_TOKEN);
        if (access.isEmpty() && key.isEmpty() && session.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new StreamSpec.S3.Keys(
                access.orElseThrow(() -> stream.missing(SpecKeys.ACCESS_KEY)),
                key.orElseThrow(() -> stream.missing(SpecKeys.SECRET_KEY)),
                session));
    }

    /** A message never repeats the address, which may hold a password. */
    private URI webAddress() {
        URI url = address(SpecKeys.URL);
        boolean web = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
        if (!web || url.getHost() == null) {
            throw stream.invalid(SpecKeys.URL, "an address that begins with http:// or https:// and a host");
        }
        if (url.getRawUserInfo() != null) {
            throw stream.invalid("'url' in " + stream.what()
                    + " holds a user or password, which would be shown; give them as 'user' and 'password'");
        }
        return url;
    }

    private URI address(String key) {
        try {
            return new URI(stream.requiredString(key));
        } catch (URISyntaxException e) {
            throw stream.invalid(key, "an address: " + e.getReason());
        }
    }

    private static URI withoutQuery(URI url) {
        String text = url.toString();
        return URI.create(text.split("[?#]", 2)[0]);
    }

    /** An NBD URI, as the NBD project's {@code doc/uri.md} has it. */
    private StreamSpec.Nbd nbd() {
        URI uri = address(SpecKeys.URI);
        String scheme = uri.getScheme() == null ? "" : uri.getScheme();
        String path = uri.getPath() == null ? "" : uri.getPath();
        String export = path.startsWith("/") ? path.substring(1) : path;
        return switch (scheme) {
            case "nbd" -> new StreamSpec.Nbd(tcp(uri), export);
            case "nbd+unix" -> new StreamSpec.Nbd(new StreamSpec.Nbd.Unix(socket(uri)), export);
            case "nbds", "nbds+unix" ->
                throw stream.invalid("'uri' in " + stream.what()
                        + " asks for TLS, which nbd streams do not have; use a tunnel, or a Unix socket");
            default -> throw stream.invalid(SpecKeys.URI, "an address that begins with nbd:// or nbd+unix://");
        };
    }

    private StreamSpec.Nbd.Tcp tcp(URI uri) {
        String host = uri.getHost();
        int port = uri.getPort() < 0 ? NBD_PORT : uri.getPort();
        if (host == null || port == 0 || port > MAX_PORT) {
            throw stream.invalid(SpecKeys.URI, "like nbd://host:port/export");
        }
        return new StreamSpec.Nbd.Tcp(host.startsWith("[") ? host.substring(1, host.length() - 1) : host, port);
    }

    private Path socket(URI uri) {
        String query = uri.getQuery() == null ? "" : uri.getQuery();
        Matcher named = SOCKET.matcher(query);
        if (named.find()) {
            return stream.path(SpecKeys.URI, named.group(1), directory);
        }
        throw stream.invalid(SpecKeys.URI, "like nbd+unix:///export?socket=/path/of/socket");
    }
}
