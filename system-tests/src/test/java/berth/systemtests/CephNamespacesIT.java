package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import berth.ceph.cluster.CephCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images in namespaces of a real cluster's pools: the commands say what {@code rbd} says of the same cluster. */
class CephNamespacesIT {
    private static final int NO_NAMESPACES = 95;

    @TempDir
    static Path temp;

    @AutoClose
    private static CephCluster cluster;

    private static CephUser cinder;

    @BeforeAll
    static void start() throws IOException {
        cluster = CephCluster.start(Files.createDirectory(temp.resolve("cluster")), CephCluster.Size.SMALL);
        cluster.createPool("vms", 1);
        cinder = CephUser.cinder(cluster);
    }

    private static Outcome run(String... args) throws IOException {
        return Berth.in(temp).run(cinder.with(args));
    }

    private static Outcome rbd(String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of("rbd"));
        command.addAll(List.of(cinder.with(args)));
        return Programs.run(command.toArray(String[]::new));
    }

    /** Runs a command that changes nothing, or fails, with both programs. */
    private static String same(String... args) throws IOException {
        Outcome ours = run(args);
        Outcome theirs = rbd(args);
        String expected = theirs.out() + withoutLog(theirs.err()).replace("rbd: ", "berth: ") + theirs.status();
        assertThat(ours.out() + withoutReasons(ours.err()) + ours.status())
                .as(String.join(" ", args))
                .isEqualTo(expected);
        return ours.out();
    }

    /** librbd logs beside what rbd says, and in the midst of it; each entry ends with its line. */
    private static String withoutLog(String text) {
        return text.replaceAll("20\\d\\d-\\d\\d-\\d\\dT.*\\R", "")
                .lines()
                .filter(line -> !line.isEmpty())
                .map(line -> line + "\n")
                .reduce("", String::concat);
    }

    /** Without the reasons, which have lines of their own, and without where a failure was, which tests ask for. */
    private static String withoutReasons(String text) {
        StringBuilder kept = new StringBuilder();
        boolean inTrace = false;
        for (String line : text.lines().toList()) {
            inTrace = line.startsWith("berth.") || (inTrace && !line.startsWith("berth: "));
            if (!inTrace && !line.startsWith("  ")) {
                kept.append(line).append('\n');
            }
        }
        return kept.toString();
    }

    @Test
    void commandsOnNamespacesAreThoseOfRbd() throws Exception {
        run("namespace", "create", "vms/first").succeeded();
        run("namespace", "create", "--pool", "vms", "--namespace", "second").succeeded();
        assertThat(same("namespace", "ls", "vms")).contains("first", "second");
        assertThat(same("namespace", "ls", "--format", "json", "vms")).contains("{\"name\":\"first\"}");
        same("namespace", "ls", "nosuch");
        same("namespace", "ls", "vms/first");
        same("namespace", "create", "vms");
        same("namespace", "create", "vms/first");
        same("namespace", "rm", "vms/nosuch");
        run("create", "--size", "1M", "vms/first/x").succeeded();
        same("namespace", "rm", "vms/first");
        run("rm", "--no-progress", "vms/first/x").succeeded();
        run("namespace", "rm", "vms/first").succeeded();
        run("namespace", "rm", "vms/second").succeeded();
        assertThat(cluster.rbd("namespace", "ls", "vms")).doesNotContain("first", "second");
    }

    @Test
    void imagesAreNamedAsByRbd() throws Exception {
        run("namespace", "create", "vms/ns").succeeded();
        Path disk = Disks.raw(temp.resolve("named.raw"), 6 << 20, 40, 1);
        run("import", "--no-progress", disk.toString(), "vms/ns/disk").succeeded();
        run("snap", "create", "--no-progress", "--namespace", "ns", "-p", "vms", "--image", "disk", "--snap", "s")
                .succeeded();
        run("snap", "protect", "vms/ns/disk@s").succeeded();
        run("clone", "vms/ns/disk@s", "vms/ns/child").succeeded();

        for (String format : new String[] {"plain", "json"}) {
            same("ls", "vms/ns", "--format", format);
            same("ls", "-l", "vms/ns", "--format", format);
            same("ls", "-p", "vms", "--namespace", "ns", "--format", format);
            same("info", "vms/ns/child", "--format", format);
            same("snap", "ls", "vms/ns/disk", "--format", format);
            same("children", "vms/ns/disk@s", "--format", format);
            same("trash", "ls", "vms/ns", "--format", format);
            same("status", "vms/ns/disk", "--format", format);
        }
        assertThat(same("ls", "vms")).isEmpty();
        same("ls", "vms/nosuch");
        same("info", "vms/nosuch/disk");
        same("info", "vms/ns/nosuch");
        same("info", "vms/disk");
        same("mv", "vms/ns/child", "vms/other/child");
        same("mv", "vms/ns/child", "other/child");
        same("clone", "vms/ns/disk@s", "vms/ns/child");

        run("mv", "vms/ns/child", "vms/renamed").succeeded();
        assertThat(cluster.rbd("ls", "vms/ns")).isEqualTo("disk\nrenamed\n");
        Path copy = temp.resolve("named-copy.raw");
        run("export", "--no-progress", "vms/ns/renamed", copy.toString()).succeeded();
        assertThat(copy).hasSameBinaryContentAs(disk);
        run("flatten", "--no-progress", "vms/ns/renamed").succeeded();
        run("rm", "--no-progress", "vms/ns/renamed").succeeded();
        run("snap", "unprotect", "vms/ns/disk@s").succeeded();
        run("snap", "purge", "--no-progress", "vms/ns/disk").succeeded();
        run("rm", "--no-progress", "vms/ns/disk").succeeded();
        run("namespace", "rm", "vms/ns").succeeded();
    }

    /** A tenant whose user may do nothing outside of the namespace. */
    @Test
    void disksAreMovedIntoServedFromAndMovedOutOfANamespace() throws Exception {
        run("namespace", "create", "vms/tenant").succeeded();
        CephUser tenant = new CephUser(
                cluster,
                "tenant",
                cluster.user("tenant", "mon", "profile rbd", "osd", "profile rbd pool=vms namespace=tenant"));
        Path raw = Disks.raw(temp.resolve("moved.raw"), 12 << 20, 50, 5);
        Path disk = temp.resolve("moved.qcow2");
        Programs.ok("qemu-img", "convert", "-c", "-O", "qcow2", raw.toString(), disk.toString());

        Berth berth = Berth.in(temp);
        berth.ok(tenant.with("import", "--no-progress", "--input-format", "qcow2", disk.toString(), "vms/tenant/web"));
        assertThat(berth.ok(tenant.with("ls", "vms/tenant")).out()).isEqualTo("web\n");
        assertThat(berth.run(tenant.with("ls", "vms")).status()).isNotZero();
        assertThat(cluster.rados("-p", "vms", "ls", "--all")).doesNotContain("berth");

        Path socket = temp.resolve("tenant.sock");
        try (BerthProcess served = berth.start(
                tenant.with("nbd", "serve", "--read-only", "vms/tenant/web", "--socket", socket.toString()))) {
            assertThat(served.awaitLine()).contains("vms/tenant/web");
            Programs.ok(
                    "qemu-img", "compare", "-f", "raw", "-F", "raw", raw.toString(), Nbd.uri(socket, "vms/tenant/web"));
        }

        run("migration", "prepare", "vms/tenant/web", "vms/web").succeeded();
        same("status", "vms/web", "--format", "json");
        run("migration", "execute", "--no-progress", "vms/web").succeeded();
        run("migration", "commit", "--no-progress", "vms/web").succeeded();
        run("migration", "prepare", "vms/web", "--dest-pool", "vms", "--dest-namespace", "tenant", "--dest", "back")
                .succeeded();
        run("migration", "execute", "--no-progress", "vms/tenant/back").succeeded();
        run("migration", "commit", "--no-progress", "vms/tenant/back").succeeded();

        Path copy = temp.resolve("moved-copy.raw");
        cluster.rbd("export", "--no-progress", "vms/tenant/back", copy.toString());
        assertThat(copy).hasSameBinaryContentAs(raw);
        run("rm", "--no-progress", "vms/tenant/back").succeeded();
        run("namespace", "rm", "vms/tenant").succeeded();
    }

    @Test
    void anImageIsPromotedIntoANamespaceAndServedFromThereToRbd() throws Exception {
        run("namespace", "create", "vms/to").succeeded();
        Berth local = Berth.in(Files.createDirectory(temp.resolve("local")));
        Path raw = Disks.raw(temp.resolve("promoted.raw"), 5 << 20, 50, 6);
        local.ok("import", "--no-progress", raw.toString(), "rbd/web");

        local.ok(cinder.with("promote", "--no-progress", "rbd/web", "--to", "ceph:vms/to/image"));

        run("snap", "create", "--no-progress", "vms/to/image@moved").succeeded();
        try (BerthProcess served = Berth.in(temp).start(cinder.with("http", "serve", "vms/to/image@moved"))) {
            String source = served.awaitLine();
            cluster.rbd("migration", "prepare", "--import-only", "--source-spec", source, "vms/to/again");
            cluster.rbd("migration", "execute", "--no-progress", "vms/to/again");
        }
        cluster.rbd("migration", "commit", "--no-progress", "vms/to/again");
        Path copy = temp.resolve("promoted-copy.raw");
        cluster.rbd("export", "--no-progress", "vms/to/again", copy.toString());
        assertThat(copy).hasSameBinaryContentAs(raw);
    }

    @Test
    void storesWithoutNamespacesSaySo() throws Exception {
        Berth local = Berth.in(Files.createDirectory(temp.resolve("none")));
        String[][] commands = {
            {"ls", "rbd/ns"},
            {"ls", "rbd", "--namespace", "ns"},
            {"create", "--size", "1M", "rbd/ns/x"},
            {"info", "--namespace", "ns", "x"},
            {"import", "-", "rbd/ns/x"},
            {"namespace", "ls", "rbd"},
            {"namespace", "create", "rbd/ns"},
            {"namespace", "rm", "rbd/ns"},
        };
        for (String[] command : commands) {
            Outcome refused = local.run(command);
            assertThat(refused.status()).as(refused.toString()).isEqualTo(NO_NAMESPACES);
            assertThat(refused.err()).contains("this store has no namespaces");
        }
        assertThat(run("instance", "migrate", "--to", "ceph:vms/ns", temp.toString())
                        .err())
                .contains("Nova knows no namespaces");
    }
}
