package berth.fuzz;

import berth.block.Problem;
import berth.ceph.Keyring;
import berth.cloud.config.CephDescription;
import berth.cloud.config.CephUse;
import berth.cloud.config.ConfigRenderer;
import berth.cloud.config.IniFile;
import berth.cloud.rbd.MonitorMap;
import java.nio.charset.StandardCharsets;

/** The input is a configuration file of a node: OpenStack's, a keyring, a description, or the cluster's monitor map. */
public final class NodeConfigFuzz {
    private static final Promise PROMISE = Promise.of(16 << 20, Problem.MALFORMED, Problem.INVALID_ARGUMENT);

    private NodeConfigFuzz() {}

    /** Reads the input as each of them. */
    public static void fuzzerTestOneInput(byte[] input) {
        PROMISE.hold(() -> {
            IniFile file = IniFile.parse(input);
            file.sections().forEach(section -> CephUse.ofCinder(file, section));
            CephUse.ofNova(file);
            CephUse.ofGlance(file);
        });
        PROMISE.hold(() -> Keyring.parse(input).key("client.cinder"));
        PROMISE.hold(() -> MonitorMap.parse(new String(input, StandardCharsets.UTF_8)));
        PROMISE.hold(() -> {
            ConfigRenderer renderer = new ConfigRenderer(CephDescription.parse(input));
            for (ConfigRenderer.Target target : ConfigRenderer.Target.values()) {
                renderer.render(target);
            }
        });
    }
}
