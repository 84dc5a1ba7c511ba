package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import berth.ceph.CephAdmin;
import berth.ceph.CephConfig;
import berth.ceph.CephStore;
import berth.ceph.cluster.CephCluster;
import berth.cloud.live.LiveListener;
import berth.cloud.live.LiveMover;
import berth.cloud.live.LiveOptions;
import berth.cloud.live.LiveReport;
import berth.cloud.rbd.MonitorMap;
import berth.libvirt.Libvirt;
import berth.libvirt.LibvirtSecret;
import berth.libvirt.RbdVolume;
import berth.libvirt.daemon.LibvirtDaemon;
import berth.source.NativeResolver;
import berth.source.SourceFactory;
import berth.systemtests.guest.LibvirtGuest;
import berth.systemtests.guest.RecordWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A compute node as Nova leaves it, beside a cluster: libvirt with guests on local disks that write all the time. */
final class LiveLab implements AutoCloseable {
    static final RecordWriter WRITER = new RecordWriter(512, 9001, 0);
    static final UUID SECRET = UUID.fromString("4810c760-dc42-4e5f-9d41-7346db7d7da2");
    static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final long DISK_BYTES = 64L << 20;

    private final Path directory;
    private final CephCluster cluster;
    private final LibvirtDaemon libvirt;
    private final CephUser cinder;

    LiveLab(Path directory) throws IOException {
        this.directory = directory;
        Programs.require("qemu-img", "qemu-io", "virsh");
        this.cluster = CephCluster.start(Files.createDirectory(directory.resolve("cluster")), CephCluster.Size.SMALL);
        cluster.createPool("vms", 1);
        this.cinder = CephUser.cinder(cluster);
        this.libvirt = LibvirtDaemon.start(Files.createDirectory(directory.resolve("libvirt")));
        Files.createDirectories(directory.resolve("instances/_base"));
        Disks.raw(base(), DISK_BYTES, 40, 7);
    }

    /** The image that all disks are overlays on. */
    Path base() {
        return directory.resolve("instances/_base/base");
    }

    CephCluster cluster() {
        return cluster;
    }

    LibvirtDaemon libvirt() {
        return libvirt;
    }

    Path state(UUID instance) {
        return directory.resolve("state").resolve(instance.toString());
    }

    /** The disk of an instance. */
    Path disk(UUID instance) {
        return directory.resolve("instances").resolve(instance.toString()).resolve("disk");
    }

    /** Starts a guest that writes records to its disk, an overlay on an image in {@code _base}. */
    LibvirtGuest boot() throws IOException {
        UUID uuid = UUID.randomUUID();
        Path disk = disk(uuid);
        Files.createDirectories(disk.getParent());
        Programs.ok("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", base().toString(), disk.toString());
        Programs.ok("qemu-io", "-c", "write -P 9 40M 5M", "-c", "write -z 50M 4M", disk.toString());
        Disks.converted(disk, expected(uuid));
        LibvirtGuest guest =
                LibvirtGuest.boot(libvirt.uri(), directory.resolve("guest-" + uuid), uuid, WRITER.script(), disk);
        WRITER.awaitRecord(guest, 5, PATIENCE);
        return guest;
    }

    private Path expected(UUID instance) {
        return directory.resolve("expected-" + instance);
    }

    /** Runs the command as the user that Cinder is. */
    Outcome berth(String... arguments) throws IOException {
        return Berth.in(directory).run(arguments(arguments));
    }

    /** The arguments with those that name the cluster and the user. */
    String[] arguments(String... more) {
        return cinder.with(more);
    }

    /** The arguments for the move of an instance. */
    String[] migrate(UUID instance, String... more) {
        List<String> all = new ArrayList<>(List.of("instance", "migrate", instance.toString(), "--to", "ceph:vms"));
        all.addAll(List.of(
                "--connect",
                libvirt.uri(),
                "--state",
                directory.resolve("state").toString()));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    /** Does something with a mover, as another process would. */
    LiveReport move(UUID instance, LiveListener listener) {
        return with((mover, options) -> mover.move(instance, options, listener));
    }

    /** Has an instance use its image from its next start on. */
    void defineOnImage(UUID instance) {
        RbdVolume image = new RbdVolume(
                "vms/" + instance + "_disk",
                cinder.id(),
                SECRET,
                MonitorMap.parse(cluster.ceph("mon", "dump", "--format", "json")));
        try (Libvirt open = Libvirt.open(libvirt.uri())) {
            open.define(open.definition(instance).orElseThrow().withDisk("vda", image));
        }
    }

    LiveReport rollBack(UUID instance) {
        return with((mover, options) -> mover.rollBack(instance, options, LiveListener.NONE));
    }

    private interface Use {
        LiveReport of(LiveMover mover, LiveOptions options);
    }

    private LiveReport with(Use use) {
        CephConfig config = CephConfig.DEFAULT
                .withConfigurationFile(cluster.configurationFile())
                .withUser(cinder.id())
                .withKeyring(cinder.keyring());
        try (CephStore store = CephStore.open(config);
                CephAdmin admin = CephAdmin.open(config)) {
            LiveMover mover = new LiveMover(
                    libvirt.uri(), store, admin, new SourceFactory(NativeResolver.NONE), directory.resolve("state"));
            return use.of(mover, new LiveOptions("vms", Optional.empty(), 0, true, List.of(), false));
        }
    }

    /** The file with the key of the user that Cinder is. */
    Path keyring() {
        return cinder.keyring();
    }

    /** The key of the user that Cinder is. */
    String key() {
        return cluster.ceph("auth", "get-key", "client.cinder").strip();
    }

    /** Gives libvirt the key of the user that Cinder is. */
    Outcome defineSecret() throws IOException {
        return berth("libvirt", "secret", "define", "--secret", SECRET.toString(), "--connect", libvirt.uri())
                .succeeded();
    }

    /** As on a host where somebody had set up the secret with another user's key. */
    void giveSecretAnotherValue() {
        try (Libvirt open = Libvirt.open(libvirt.uri())) {
            open.defineSecret(LibvirtSecret.ofCephUser(SECRET, "client.cinder"), new byte[] {1, 2, 3});
        }
    }

    /** Waits for some more records of a guest. */
    static void writeSomeMore(LibvirtGuest guest, int records) throws IOException {
        WRITER.awaitRecord(guest, WRITER.acknowledged(guest) + records, PATIENCE);
    }

    /** Switches a moved guest off, and compares its image with the records that it wrote and with its old disk. */
    void assertNothingLost(LibvirtGuest guest) throws IOException {
        writeSomeMore(guest, 5);
        assertThat(WRITER.badInGuest(guest)).isEmpty();
        guest.close();
        long acknowledged = WRITER.acknowledged(guest);
        Path copy = directory.resolve("copy-" + guest.uuid());
        cluster.rbd("export", "--no-progress", "vms/" + guest.uuid() + "_disk", copy.toString());
        Disks.assertHolds(copy, WRITER, acknowledged, expected(guest.uuid()));
    }

    @Override
    public void close() {
        libvirt.close();
        cluster.close();
    }
}
