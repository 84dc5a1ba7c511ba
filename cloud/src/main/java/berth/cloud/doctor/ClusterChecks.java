package berth.cloud.doctor;

import berth.block.BlockException;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.Problem;
import berth.block.SnapshotSpec;
import berth.ceph.CephAdmin;
import berth.ceph.CephConfig;
import berth.ceph.CephStore;
import berth.cloud.config.CephUse;
import berth.cloud.rbd.MonitorMap;
import berth.libvirt.RbdVolume.Monitor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The checks of the cluster and of the users that the services are to it. For one thread. */
final class ClusterChecks {
    private static final int CONNECT_MILLIS = 3000;
    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.\\d+\\.\\d+");
    private static final JsonMapper JSON = JsonMapper.shared();

    private final CephConfig config;
    private final Services services;
    private final List<Finding> findings = new ArrayList<>();

    ClusterChecks(CephConfig config, Services services) {
        this.config = config;
        this.services = services;
    }

    List<Finding> run() {
        try (CephAdmin admin = CephAdmin.open(config)) {
            findings.add(Finding.ok("cluster", "the cluster " + admin.fsid() + " answers " + config.entity()));
            attempt("monitors", () -> checkMonitors(admin));
            attempt("versions", () -> checkVersions(admin));
            attempt("pools", () -> checkPools(admin));
            users().forEach(user -> attempt("users", () -> checkUser(admin, user)));
        } catch (BlockException e) {
            findings.add(Finding.error(
                    "cluster",
                    String.valueOf(e.getMessage()),
                    "name the configuration file with -c and the user with --id; see berth config render ceph"));
            return findings;
        }
        attempt("images", this::checkParents);
        return findings;
    }

    private void attempt(String check, Runnable work) {
        try {
            work.run();
        } catch (BlockException e) {
            findings.add(Finding.warning(
                    check, "could not be looked at: " + e.getMessage(), "run this as a user that may (--id admin)"));
        }
    }

    private void checkMonitors(CephAdmin admin) {
        for (Monitor monitor : MonitorMap.parse(admin.ask("mon dump"))) {
            String name = monitor.host() + " port " + monitor.port();
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(monitor.host(), monitor.port()), CONNECT_MILLIS);
                findings.add(Finding.ok("monitors", "the monitor " + name + " can be reached"));
            } catch (IOException e) {
                findings.add(Finding.error(
                        "monitors",
                        "the monitor " + name + " cannot be reached: " + e.getMessage(),
                        "start it, or let this host through to it: guests name it when they start"));
            }
        }
    }

    private void checkVersions(CephAdmin admin) {
        String cluster = json(admin.ask("version")).path("version").asString("");
        findings.add(compareVersions(CephAdmin.libraryVersion(), cluster));
    }

    /** What the version of this host's library says beside that of the cluster, each as it tells it. */
    static Finding compareVersions(String library, String cluster) {
        int ours = major(library);
        int theirs = major(cluster);
        String both = "librbd of this host is of Ceph " + library + ", the cluster is of " + cluster;
        return ours != 0 && ours < theirs
                ? Finding.warning(
                        "versions",
                        both,
                        "if guests fail with 'error reading header', install the cluster's version of librbd1 and"
                                + " librados2 here")
                : Finding.ok("versions", both);
    }

    private static int major(String version) {
        Matcher matcher = VERSION.matcher(version);
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
    }

    private void checkPools(CephAdmin admin) {
        JsonNode all = json(admin.ask("osd dump")).path("pools");
        for (String pool : pools()) {
            Optional<JsonNode> found = all.valueStream()
                    .filter(node -> node.path("pool_name").asString("").equals(pool))
                    .findFirst();
            if (found.isEmpty()) {
                findings.add(Finding.error(
                        "pools",
                        "there is no pool " + pool,
                        "make it: ceph osd pool create " + pool + "; rbd pool init " + pool));
            } else if (found.get().path("application_metadata").has("rbd")) {
                findings.add(Finding.ok("pools", "the pool " + pool + " is there, for rbd"));
            } else {
                findings.add(Finding.error(
                        "pools",
                        "the pool " + pool + " is not marked as one for rbd",
                        "mark it: rbd pool init " + pool));
            }
        }
    }

    private Set<String> pools() {
        Set<String> pools = new LinkedHashSet<>();
        services.all().forEach(use -> use.pool().ifPresent(pools::add));
        return pools;
    }

    private List<String> users() {
        return services.all().flatMap(use -> use.user().stream()).distinct().toList();
    }

    private void checkUser(CephAdmin admin, String user) {
        String entity = "client." + user;
        try (CephAdmin own = CephAdmin.open(config.withUser(user))) {
            findings.add(
                    Finding.ok("users", own.config().entity() + " has its key on this host, and the cluster takes it"));
        } catch (BlockException e) {
            findings.add(Finding.error(
                    "users",
                    String.valueOf(e.getMessage()),
                    "put its keyring where " + entity + "'s services can read it: ceph auth get " + entity
                            + " -o /etc/ceph/ceph." + entity + ".keyring"));
        }
        JsonNode caps = json(admin.askForUser(entity)).path(0).path("caps");
        check(entity, caps);
    }

    private void check(String entity, JsonNode caps) {
        Capabilities capabilities =
                new Capabilities(caps.path("mon").asString(""), caps.path("osd").asString(""));
        List<String> lacks = new ArrayList<>();
        if (!capabilities.canAskMonitors()) {
            lacks.add("ask the monitors");
        }
        if (!capabilities.canBlocklist()) {
            lacks.add("shut out clients that died with a lock");
        }
        services.all()
                .filter(use -> use.user().map("client."::concat).equals(Optional.of(entity)))
                .forEach(use -> {
                    use.pool()
                            .filter(pool -> !capabilities.canWrite(pool))
                            .ifPresent(pool -> lacks.add("write to " + pool));
                    boolean clones = !use.service().equals("glance");
                    services.glance()
                            .filter(_ -> clones)
                            .flatMap(CephUse::pool)
                            .filter(pool -> !capabilities.canRead(pool))
                            .ifPresent(pool -> lacks.add("read " + pool));
                });
        findings.add(
                lacks.isEmpty()
                        ? Finding.ok("users", entity + " may do what its services need")
                        : Finding.error(
                                "users",
                                entity + " may not " + String.join(", ", lacks),
                                "ceph auth caps " + entity + withMore(caps, wanted(entity))));
    }

    /** All that there is and what is wanted, for the command replaces all of it. */
    private static String withMore(JsonNode caps, String wanted) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("mon", "profile rbd");
        all.put("osd", wanted);
        caps.properties()
                .forEach(there -> all.merge(there.getKey(), there.getValue().asString(""), (more, old) -> {
                    boolean same = old.isBlank() || old.equals(more);
                    return same ? more : old + ", " + more;
                }));
        StringBuilder text = new StringBuilder();
        all.forEach((service, allowed) ->
                text.append(' ').append(service).append(" '").append(allowed).append('\''));
        return text.toString();
    }

    private String wanted(String entity) {
        Set<String> clauses = new LinkedHashSet<>();
        services.all()
                .filter(use -> use.user().map("client."::concat).equals(Optional.of(entity)))
                .forEach(use -> {
                    use.pool().ifPresent(pool -> clauses.add("profile rbd pool=" + pool));
                    services.glance().flatMap(CephUse::pool).ifPresent(pool -> clauses.add("profile rbd pool=" + pool));
                });
        return String.join(", ", clauses);
    }

    private void checkParents() {
        try (CephStore store = CephStore.open(config)) {
            List<String> there = store.pools();
            for (String pool : pools()) {
                if (there.contains(pool)) {
                    store.names(pool).forEach(image -> attempt("images", () -> checkParent(store, image)));
                }
            }
        }
    }

    private void checkParent(CephStore store, ImageSpec name) {
        Optional<ImageInfo> image = find(store, name);
        if (image.isEmpty() || image.get().parent().isEmpty()) {
            return;
        }
        SnapshotSpec parent = image.get().parent().get().snapshot();
        try {
            store.open(parent).close();
        } catch (BlockException e) {
            if (e.problem() != Problem.IMAGE_NOT_FOUND && e.problem() != Problem.SNAPSHOT_NOT_FOUND) {
                throw e;
            }
            findings.add(Finding.warning(
                    "images",
                    "image " + name + " was cloned from " + parent + ", which is in the trash",
                    "it can be read, and its parent takes space until the image is flattened; if it is there by"
                            + " mistake, see: rbd trash ls --pool "
                            + parent.image().pool()));
        }
    }

    /** Librbd opens no image whose parent is gone, and says of it what it says of one that is not there. */
    private Optional<ImageInfo> find(CephStore store, ImageSpec name) {
        try {
            return Optional.of(store.info(name));
        } catch (BlockException e) {
            if (e.problem() != Problem.IMAGE_NOT_FOUND) {
                throw e;
            }
            if (store.names(name.pool()).contains(name)) { // It has not been removed meanwhile.
                findings.add(Finding.error(
                        "images",
                        "image " + name + " cannot be opened, since its header or the image it was cloned from is gone",
                        "restore it from a backup; what it holds itself is in the pool still"));
            }
            return Optional.empty();
        }
    }

    private static JsonNode json(String answer) {
        try {
            return JSON.readTree(answer);
        } catch (JacksonException e) {
            throw new BlockException(Problem.MALFORMED, "the cluster's answer is not JSON: " + e.getMessage(), e);
        }
    }
}
