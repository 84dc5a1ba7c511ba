package berth.source.spec;

import berth.source.secret.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Optional;

/** Where the bytes of a source are. */
public sealed interface StreamSpec {
    /**
     * A file or block device.
     *
     * @param path its path; absolute
     */
    record File(Path path) implements StreamSpec {
        public File {
            requireAbsolute(path);
        }
    }

    /**
     * A file on a web server.
     *
     * @param url where it is: {@code http} or {@code https}, without user, query and fragment
     * @param query the URL's query; a secret because access tokens are put there
     * @param login with what the server is asked
     * @param authority a file with the certificates, PEM, of which one must have issued the server's; the JDK's when empty
     */
    record Http(URI url, Optional<Secret> query, Login login, Optional<Path> authority) implements StreamSpec {
        public Http {
            authority.ifPresent(StreamSpec::requireAbsolute);
        }
    }

    /** How a web server is told who asks. */
    sealed interface Login {
        /** Not at all. */
        record Anonymous() implements Login {}

        /**
         * By name and password (RFC 7617).
         *
         * @param user the name
         * @param password the password
         */
        record Basic(String user, Secret password) implements Login {}

        /**
         * By a token (RFC 6750).
         *
         * @param token the token
         */
        record Bearer(Secret token) implements Login {}
    }

    /**
     * An object in an S3 bucket.
     *
     * @param url the endpoint, then the bucket, then the key: {@code http://s3.ceph.com/bucket/image.raw}
     * @param keys with what requests are signed; not at all when empty
     * @param region the region that signatures are for
     * @param pathStyle whether requests name the bucket in the path, not in the host's name
     * @param authority as for {@link Http}
     */
    record S3(URI url, Optional<Keys> keys, String region, boolean pathStyle, Optional<Path> authority)
            implements StreamSpec {
        /** The region that servers which have none take. */
        public static final String DEFAULT_REGION = "us-east-1";

        /**
         * Keys of S3.
         *
         * @param accessKey says who asks
         * @param secretKey signs
         * @param sessionToken comes with keys that are good for some time only
         */
        public record Keys(Secret accessKey, Secret secretKey, Optional<Secret> sessionToken) {}

        public S3 {
            authority.ifPresent(StreamSpec::requireAbsolute);
        }
    }

    /**
     * An export of an NBD server.
     *
     * @param server where it listens
     * @param export the export's name; may be empty
     */
    record Nbd(Server server, String export) implements StreamSpec {
        /** The address as an NBD URI. */
        public String uri() {
            String path = "/" + export;
            try {
                return switch (server) {
                    case Tcp(String host, int port) -> new URI("nbd", null, host, port, path, null, null).toString();
                    case Unix(Path socket) -> new URI("nbd+unix", "", path, "socket=" + socket, null).toString();
                };
            } catch (URISyntaxException e) {
                throw new IllegalStateException("an address that was read cannot be written", e);
            }
        }

        /** Where an NBD server listens. */
        public sealed interface Server {}

        /**
         * At a TCP port.
         *
         * @param host its name or address, an IPv6 address without brackets
         * @param port its port
         */
        public record Tcp(String host, int port) implements Server {}

        /**
         * At a Unix socket.
         *
         * @param path the socket; absolute
         */
        public record Unix(Path path) implements Server {
            public Unix {
                requireAbsolute(path);
            }
        }
    }

    private static void requireAbsolute(Path path) {
        if (!path.isAbsolute()) {
            throw new IllegalArgumentException("not an absolute path: " + path);
        }
    }
}
