package berth.cloud.rbd;

import berth.block.BlockException;
import berth.block.Problem;
import berth.libvirt.RbdVolume.Monitor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads the answer to {@code mon dump}. */
public final class MonitorMap {
    private static final int MAX_MONITORS = 64;
    private static final JsonMapper JSON = JsonMapper.shared();

    private MonitorMap() {}

    /**
     * The monitors, each with one address: that of version 1 of the messenger where there is one, as Nova does it, since
     * clients before Nautilus know no other; else that of version 2.
     *
     * @throws BlockException {@link Problem#MALFORMED}
     */
    public static List<Monitor> parse(String monDump) {
        List<Monitor> monitors = new ArrayList<>();
        try {
            for (JsonNode monitor : JSON.readTree(monDump).path("mons")) {
                monitors.add(address(monitor));
            }
        } catch (JacksonException e) {
            throw new BlockException(Problem.MALFORMED, "the cluster's monitor map is not JSON: " + e.getMessage(), e);
        }
        if (monitors.isEmpty() || monitors.size() > MAX_MONITORS) {
            throw new BlockException(
                    Problem.MALFORMED, "the cluster's monitor map has " + monitors.size() + " monitors");
        }
        return monitors;
    }

    private static Monitor address(JsonNode monitor) {
        JsonNode addresses = monitor.path("public_addrs").path("addrvec");
        Optional<String> first = of(addresses, "v1").or(() -> of(addresses, "v2"));
        // Clusters before Nautilus have this one only, with a nonce after it: 10.0.0.1:6789/0
        String text = first.orElseGet(() -> monitor.path("addr").asString(""));
        return parseAddress(text.replaceFirst("/\\d+$", ""));
    }

    private static Optional<String> of(JsonNode addresses, String type) {
        for (JsonNode address : addresses) {
            if (address.path("type").asString("").equals(type)) {
                return Optional.of(address.path("addr").asString(""));
            }
        }
        return Optional.empty();
    }

    /** {@code 10.0.0.1:6789} or {@code [fd00::1]:6789}. */
    private static Monitor parseAddress(String text) {
        int colon = text.lastIndexOf(':');
        try {
            String host = text.substring(0, Math.max(0, colon));
            boolean bracketed = host.startsWith("[") && host.endsWith("]");
            return new Monitor(
                    bracketed ? host.substring(1, host.length() - 1) : host,
                    Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new BlockException(Problem.MALFORMED, "the cluster's monitor map has the address '" + text + "'", e);
        }
    }
}
