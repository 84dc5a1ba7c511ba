package berth.ceph;

import berth.block.BlockException;
import berth.ceph.lib.Cluster;
import java.util.OptionalLong;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** How much can still be written to a pool, as the monitors know it. */
final class PoolSpace {
    private final Connection connection;

    PoolSpace(Connection connection) {
        this.connection = connection;
    }

    /** The bytes, copies and quota taken into account; empty where the cluster does not say, or not to this user. */
    OptionalLong availableBytes(PoolSpec pool) {
        JsonMapper mapper = new JsonMapper();
        try {
            for (JsonNode known :
                    ask(mapper, "{\"prefix\": \"df\", \"format\": \"json\"}").path("pools")) {
                if (known.path("name").asString("").equals(pool.pool())) {
                    return smaller(known.path("stats").path("max_avail").asLong(0), belowQuota(mapper, pool, known));
                }
            }
        } catch (BlockException | JacksonException e) {
            // It is a courtesy to say beforehand that there is too little; writing will say it for certain.
        }
        return OptionalLong.empty();
    }

    private JsonNode ask(JsonMapper mapper, String command) {
        return mapper.readTree(connection.run(
                Task.pool("asking how much space is left", ""), (Cluster cluster) -> cluster.monitorCommand(command)));
    }

    /** What the quota leaves; 0 when there is no quota. */
    private long belowQuota(JsonMapper mapper, PoolSpec pool, JsonNode known) {
        String command = mapper.createObjectNode()
                .put("prefix", "osd pool get-quota")
                .put("pool", pool.pool())
                .put("format", "json")
                .toString();
        long quota = ask(mapper, command).path("quota_max_bytes").asLong(0);
        return quota == 0
                ? 0
                : Math.max(1, quota - known.path("stats").path("stored").asLong(0));
    }

    /** The smaller one of those that are known, which are not 0: a cluster without manager tells 0. */
    private static OptionalLong smaller(long available, long belowQuota) {
        if (available == 0) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(belowQuota == 0 ? available : Math.min(available, belowQuota));
    }
}
