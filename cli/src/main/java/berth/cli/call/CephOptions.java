package berth.cli.call;

import berth.block.BlockException;
import berth.block.Problem;
import berth.ceph.CephConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The options that name a Ceph cluster and a user of it, as {@code rbd} has them. */
public final class CephOptions {
    /** {@code --store ceph} is the cluster that Ceph's own files name. */
    public static final String STORE = "ceph";

    /** {@code --to ceph:POOL} is a pool of it, too. */
    public static final String POOL_PREFIX = STORE + ":";

    private static final String CLIENT = "client.";
    private static final Map<String, List<String>> NAMES = new LinkedHashMap<>();

    static {
        NAMES.put("conf", List.of("-c", "--conf"));
        NAMES.put("id", List.of("--id", "--user"));
        NAMES.put("name", List.of("-n", "--name"));
        NAMES.put("monitors", List.of("-m", "--mon_host"));
        NAMES.put("cluster", List.of("--cluster"));
        NAMES.put("keyring", List.of("-K", "--keyring"));
        NAMES.put("to", List.of("--to"));
    }

    private CephOptions() {}

    /**
     * The cluster that arguments name; empty when they name none, and the store is a local one.
     *
     * @param args the arguments
     * @param store the value of {@code --store}
     * @param usual the value of {@code BERTH_STORE}, which counts when nothing else is said
     * @param directory what relative paths start from
     */
    public static Optional<CephConfig> of(
            List<String> args, @Nullable String store, @Nullable String usual, Path directory) {
        Optional<String> conf = value(args, "conf");
        Optional<String> user = value(args, "name").map(CephOptions::id).or(() -> value(args, "id"));
        Optional<String> keyring = value(args, "keyring");
        Optional<String> monitors = value(args, "monitors");
        Optional<String> cluster = value(args, "cluster");
        boolean target =
                value(args, "to").filter(to -> to.startsWith(POOL_PREFIX)).isPresent();
        boolean named = target || conf.isPresent() || user.isPresent() || keyring.isPresent() || monitors.isPresent();
        if (!named && cluster.isEmpty() && !STORE.equals(store == null ? usual : store)) {
            return Optional.empty();
        }
        if (store != null && !STORE.equals(store)) {
            throw new BlockException(
                    Problem.INVALID_ARGUMENT,
                    "the store " + store + " is a directory, and the other options name a Ceph"
                            + " cluster; leave one of them out");
        }
        CephConfig config = CephConfig.DEFAULT.withCluster(cluster.orElse("ceph"), monitors);
        if (conf.isPresent()) {
            config = config.withConfigurationFile(directory.resolve(conf.get()));
        }
        if (keyring.isPresent()) {
            config = config.withKeyring(directory.resolve(keyring.get()));
        }
        return Optional.of(user.map(config::withUser).orElse(config));
    }

    private static String id(String name) {
        if (!name.startsWith(CLIENT)) {
            throw new BlockException(Problem.INVALID_ARGUMENT, "the name '" + name + "' does not begin with client.");
        }
        return name.substring(CLIENT.length());
    }

    private static Optional<String> value(List<String> args, String option) {
        List<String> names = NAMES.getOrDefault(option, List.of());
        for (int i = 0; i < args.size(); i++) {
            String arg = args.get(i);
            for (String name : names) {
                if (arg.equals(name) && i + 1 < args.size()) {
                    return Optional.of(args.get(i + 1));
                }
                if (name.startsWith("--") && arg.startsWith(name + "=")) {
                    return Optional.of(arg.substring(name.length() + 1));
                }
                if (!name.startsWith("--") && arg.startsWith(name) && arg.length() > name.length()) {
                    return Optional.of(arg.substring(name.length()));
                }
            }
        }
        return Optional.empty();
    }
}
