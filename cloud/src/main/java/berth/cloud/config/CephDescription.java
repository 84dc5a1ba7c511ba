package berth.cloud.config;

import berth.block.BlockException;
import berth.block.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * How an OpenStack cloud uses a Ceph cluster: what the configuration files of all its services are made from, so that they
 * agree. What is left out is as in Ceph's guide to OpenStack.
 *
 * @param fsid the cluster's id
 * @param monHost the addresses of its monitors
 * @param cephConf where Ceph's configuration file is on each node
 * @param secretUuid libvirt's secret, the same on each node
 * @param glance the images of Glance
 * @param cinder the volumes of Cinder
 * @param nova the disks of Nova, whose user has to be Cinder's
 * @param backup the backups of Cinder; none when left out
 */
public record CephDescription(
        Optional<UUID> fsid,
        List<String> monHost,
        Optional<String> cephConf,
        Optional<UUID> secretUuid,
        Optional<Share> glance,
        Optional<Share> cinder,
        Optional<Share> nova,
        Optional<Share> backup) {
    private static final int MAX_BYTES = 64 << 10;
    private static final String PLAIN = "[\\w./:\\[\\],-]+";

    /**
     * What a service has of the cluster.
     *
     * @param user its user, without {@code client.}
     * @param pool its pool
     */
    public record Share(String user, String pool) {
        public Share {
            plain(user);
            plain(pool);
        }
    }

    // A value from JSON may be null, whatever its type says.
    @SuppressWarnings("NullAway")
    public CephDescription {
        monHost = monHost == null ? List.of() : List.copyOf(monHost);
        monHost.forEach(CephDescription::plain);
        cephConf.ifPresent(CephDescription::plain);
    }

    /** Nothing but the usual. */
    public static CephDescription usual() {
        return new CephDescription(
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** Reads one in JSON. @throws BlockException {@link Problem#MALFORMED}, {@link Problem#IO} */
    public static CephDescription read(Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new BlockException(Problem.MALFORMED, file + " is larger than 64 KiB");
            }
            return parse(Files.readAllBytes(file));
        } catch (IOException e) {
            throw BlockException.of(e, "cannot read " + file);
        }
    }

    /** Reads one in JSON. @throws BlockException {@link Problem#MALFORMED} */
    public static CephDescription parse(byte[] json) {
        try {
            return JsonMapper.builder()
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .build()
                    .readValue(json, CephDescription.class);
        } catch (JacksonException e) {
            throw new BlockException(
                    Problem.MALFORMED, "cannot read the description of the cloud: " + e.getOriginalMessage(), e);
        }
    }

    /** With another secret. */
    public CephDescription withSecret(UUID secret) {
        return new CephDescription(fsid, monHost, cephConf, Optional.of(secret), glance, cinder, nova, backup);
    }

    /** A line end in a value would be a line of the configuration file. */
    private static void plain(String value) {
        if (value == null || !value.matches(PLAIN)) {
            throw new BlockException(
                    Problem.INVALID_ARGUMENT, "the description of the cloud has the value '" + value + "'");
        }
    }
}
