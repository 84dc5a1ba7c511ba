package berth.systemtests;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import berth.ceph.cluster.CephCluster;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A real cluster with pools, the commands on it, and QEMU's own way to its images. Not for use by several threads. */
final class CephLab implements AutoCloseable {
    private final Path directory;
    private final String name;
    private final CephCluster cluster;
    private final String listen;
    private final Berth berth;

    /**
     * Starts a cluster; skips the test where Ceph or QEMU's driver for it are not installed.
     *
     * @param directory where all of it is kept, with the files of the cluster in a new directory of the name
     */
    CephLab(Path directory, String name, String... pools) throws IOException {
        Programs.require("qemu-io", "qemu-img");
        assumeTrue(
                Programs.run("qemu-img", "--help").out().contains("rbd"),
                "QEMU has no rbd driver (Debian package qemu-block-extra)");
        this.directory = directory;
        this.name = name;
        this.berth = Berth.in(directory);
        this.cluster = CephCluster.start(Files.createDirectory(directory.resolve(name)), CephCluster.Size.SMALL);
        for (String pool : pools) {
            cluster.createPool(pool, 1);
        }
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            listen = "127.0.0.1:" + free.getLocalPort();
        }
    }

    CephCluster cluster() {
        return cluster;
    }

    /** The cluster's configuration file. */
    String conf() {
        return cluster.configurationFile().toString();
    }

    /** Where sources can be served. */
    String listen() {
        return listen;
    }

    private String[] onCluster(String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("-c", conf()));
        return all.toArray(String[]::new);
    }

    /** Runs a command on the cluster to its end. */
    Outcome run(String... args) throws IOException {
        return berth.run(onCluster(args));
    }

    /** Runs a command on the cluster to its end and asserts that it succeeded. */
    Outcome ok(String... args) throws IOException {
        return run(args).succeeded();
    }

    /** Starts a command on the cluster. */
    BerthProcess start(String... args) throws IOException {
        return berth.start(onCluster(args));
    }

    /** Starts a command on the cluster that serves, and returns once it does. */
    BerthProcess serve(String... args) throws IOException {
        BerthProcess process = start(args);
        try {
            process.awaitLine();
        } catch (IOException | AssertionError e) {
            process.close();
            throw e;
        }
        return process;
    }

    /** Prepares an import that librbd copies, and serves its source. */
    BerthProcess prepare(String spec, String image) throws IOException {
        Path file = Files.writeString(directory.resolve(name + "-spec.json"), spec);
        return serve(
                "migration",
                "prepare",
                "--import-only",
                "--source-spec-path",
                file.toString(),
                image,
                "--listen",
                listen);
    }

    /** Serves the sources of all migrations again. */
    BerthProcess serveAgain() throws IOException {
        return serve("http", "serve", "--migrations", "--listen", listen);
    }

    /** QEMU's own way to an image. */
    Outcome qemu(String image, String... commands) throws IOException {
        List<String> all = new ArrayList<>(List.of("qemu-io", "-f", "raw"));
        for (String command : commands) {
            all.addAll(List.of("-c", command));
        }
        all.add("rbd:" + image + ":conf=" + conf());
        return Programs.run(all.toArray(String[]::new));
    }

    /** What {@code rbd} reads of an image or of a snapshot. */
    Path export(String imageOrSnapshot) throws IOException {
        Path file = directory.resolve(name + "-found.raw");
        Files.deleteIfExists(file);
        cluster.rbd("export", "--no-progress", imageOrSnapshot, file.toString());
        return file;
    }

    /** Asserts what {@code rbd} reads of an image or of a snapshot. */
    void assertImage(String imageOrSnapshot, Path expected) throws IOException {
        Disks.assertSame(export(imageOrSnapshot), expected);
    }

    /** Removes all images of a pool. */
    void removeImages(String pool) {
        for (String image : cluster.rbd("ls", pool).lines().toList()) {
            String spec = pool + "/" + image;
            cluster.rbd("snap", "ls", spec)
                    .lines()
                    .filter(line -> line.contains(" yes "))
                    .forEach(line -> cluster.rbd(
                            "snap", "unprotect", spec + "@" + line.strip().split(" +", -1)[1]));
            cluster.rbd("snap", "purge", "--no-progress", spec);
            cluster.rbd("rm", "--no-progress", spec);
        }
    }

    @Override
    public void close() {
        cluster.close();
    }
}
