package berth.cli.call;

import berth.block.BlockException;
import berth.block.Problem;
import berth.ceph.CephConfig;
import berth.ceph.CreateOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The options that name a Ceph cluster and a user of it, as {@code rbd} has them. */
public final class CephOptions {
    /** {@code --store ceph} is the cluster that Ceph's own files name. */
    public static final String STORE = "ceph";

    /** {@code --to ceph:POOL} is a pool of it, too. */
    public static final String POOL_PREFIX = STORE + ":";

    /** The flag for images that several clients write. */
    static final String SHARED = "--image-shared";

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
        NAMES.put("features", List.of("--image-feature"));
        NAMES.put("data pool", List.of("--data-pool"));
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
        return Optional.of(user.map(config::withUser).orElse(config).withCreation(creation(args)));
    }

    /** The options that name the same cluster and user again, each after a space. */
    public static String again(List<String> args) {
        StringBuilder text = new StringBuilder();
        for (String option : List.of("conf", "cluster", "monitors", "name", "id", "keyring")) {
            String name = NAMES.getOrDefault(option, List.of()).getFirst();
            value(args, option)
                    .ifPresent(
                            value -> text.append(' ').append(name).append(' ').append(value));
        }
        return text.toString();
    }

    /** How the command wants images to be made. */
    private static CreateOptions creation(List<String> args) {
        List<String> features = LayoutOptions.features(values(args, "features"));
        return new CreateOptions(
                features.isEmpty() ? Optional.empty() : Optional.of(Set.copyOf(features)),
                value(args, "data pool"),
                args.contains(SHARED));
    }

    private static String id(String name) {
        if (!name.startsWith(CLIENT)) {
            throw new BlockException(Problem.INVALID_ARGUMENT, "the name '" + name + "' does not begin with client.");
        }
        return name.substring(CLIENT.length());
    }

    private static Optional<String> value(List<String> args, String option) {
        return values(args, option).stream().findFirst();
    }

    private static List<String> values(List<String> args, String option) {
        List<String> values = new ArrayList<>();
        for (String name : NAMES.getOrDefault(option, List.of())) {
            for (int i = 0; i < args.size(); i++) {
                String arg = args.get(i);
                if (arg.equals(name) && i + 1 < args.size()) {
                    values.add(args.get(i + 1));
                } else if (name.startsWith("--") && arg.startsWith(name + "=")) {
                    values.add(arg.substring(name.length() + 1));
                } else if (!name.startsWith("--") && arg.startsWith(name) && arg.length() > name.length()) {
                    values.add(arg.substring(name.length()));
                }
            }
        }
        return values;
    }
}
