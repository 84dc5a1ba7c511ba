package berth.source.spec;

/** The keys and type names of a {@code source-spec}. */
final class SpecKeys {
    static final String TYPE = "type";
    static final String STREAM = "stream";
    static final String SNAPSHOTS = "snapshots";
    static final String NAME = "name";
    static final String FILE_PATH = "file_path";
    static final String URL = "url";
    static final String URI = "uri";
    static final String QUERY = "query";
    static final String USER = "user";
    static final String PASSWORD = "password";
    static final String TOKEN = "token";
    static final String ACCESS_KEY = "access_key";
    static final String SECRET_KEY = "secret_key";
    static final String SESSION_TOKEN = "session_token";
    static final String REGION = "region";
    static final String PATH_STYLE = "path_style";
    static final String CA_FILE = "ca_file";
    static final String BACKING = "backing";
    static final String BACKING_ALLOW = "backing_allow";
    static final String BACKING_FORMAT = "backing_format";
    static final String POOL_NAME = "pool_name";
    static final String POOL_ID = "pool_id";
    static final String POOL_NAMESPACE = "pool_namespace";
    static final String IMAGE_NAME = "image_name";
    static final String IMAGE_ID = "image_id";
    static final String SNAP_NAME = "snap_name";
    static final String SNAP_ID = "snap_id";

    static final String SNAP_AS_DISK = "snap_as_disk";
    static final String CLUSTER = "cluster";
    static final String STORE = "store";
    static final String CONF = "conf";
    static final String ID = "id";
    static final String KEYRING = "keyring";

    static final String NATIVE = "native";
    static final String RAW = "raw";
    static final String QCOW = "qcow";
    static final String QCOW2 = "qcow2";
    static final String FILE = "file";
    static final String HTTP = "http";
    static final String S3 = "s3";
    static final String NBD = "nbd";

    private SpecKeys() {}
}
