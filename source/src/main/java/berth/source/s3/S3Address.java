package berth.source.s3;

import java.net.URI;

/**
 * Where an object is.
 *
 * @param endpoint the server, as {@code http://s3.ceph.com:8000}
 * @param bucket the bucket
 * @param key the object's name
 * @param region the region that signatures are for
 * @param pathStyle whether requests name the bucket in the path, not in the host's name
 */
public record S3Address(URI endpoint, String bucket, String key, String region, boolean pathStyle) {
    /**
     * Takes an address apart.
     *
     * @param url the endpoint, then the bucket, then the key
     */
    public static S3Address of(URI url, String region, boolean pathStyle) {
        String path = url.getPath();
        int slash = path.indexOf('/', 1);
        URI endpoint = URI.create(url.getScheme() + "://" + url.getRawAuthority());
        return new S3Address(endpoint, path.substring(1, slash), path.substring(slash + 1), region, pathStyle);
    }

    @Override
    public String toString() {
        return endpoint + "/" + bucket + "/" + key;
    }
}
