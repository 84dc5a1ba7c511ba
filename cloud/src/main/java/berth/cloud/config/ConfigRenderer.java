package berth.cloud.config;

import berth.block.BlockException;
import berth.block.Problem;
import berth.cloud.config.CephDescription.Share;
import berth.libvirt.LibvirtSecret;
import java.util.Optional;
import java.util.UUID;

/** Writes the parts of the configuration files of a cloud that say how it uses Ceph. */
public final class ConfigRenderer {
    /** A file that is written. */
    public enum Target {
        /** {@code glance-api.conf}. */
        GLANCE,
        /** {@code cinder.conf}. */
        CINDER,
        /** {@code nova.conf}. */
        NOVA,
        /** The XML of libvirt's secret. */
        LIBVIRT,
        /** {@code ceph.conf}. */
        CEPH
    }

    private final CephDescription description;
    private final String cephConf;
    private final Share glance;
    private final Share cinder;
    private final Share nova;

    /** @throws BlockException {@link Problem#INVALID_ARGUMENT} when Nova and Cinder have different users */
    public ConfigRenderer(CephDescription description) {
        this.description = description;
        this.cephConf = description.cephConf().orElse("/etc/ceph/ceph.conf");
        this.glance = description.glance().orElse(new Share("glance", "images"));
        this.cinder = description.cinder().orElse(new Share("cinder", "volumes"));
        this.nova = description.nova().orElse(new Share(cinder.user(), "vms"));
        if (!nova.user().equals(cinder.user())) {
            throw new BlockException(
                    Problem.INVALID_ARGUMENT,
                    "Nova's user " + nova.user() + " has to be Cinder's, " + cinder.user()
                            + ", because libvirt opens volumes and disks with one secret");
        }
    }

    /**
     * Writes a file.
     *
     * @throws BlockException {@link Problem#INVALID_ARGUMENT} when the description lacks what it takes
     */
    public String render(Target target) {
        return switch (target) {
            case GLANCE -> glance();
            case CINDER -> cinder();
            case NOVA -> nova();
            case LIBVIRT ->
                LibvirtSecret.ofCephUser(secret(), "client." + nova.user()).toXml();
            case CEPH -> ceph();
        };
    }

    private String glance() {
        return """
                [DEFAULT]
                # Lets Cinder and Nova clone images instead of copying them.
                show_image_direct_url = True

                [glance_store]
                stores = rbd
                default_store = rbd
                rbd_store_pool = %s
                rbd_store_user = %s
                rbd_store_ceph_conf = %s
                rbd_store_chunk_size = 8
                """.formatted(glance.pool(), glance.user(), cephConf);
    }

    private String cinder() {
        String backup = description
                .backup()
                .map(share -> """
                        backup_driver = cinder.backup.drivers.ceph.CephBackupDriver
                        backup_ceph_conf = %s
                        backup_ceph_user = %s
                        backup_ceph_chunk_size = 134217728
                        backup_ceph_pool = %s
                        backup_ceph_stripe_unit = 0
                        backup_ceph_stripe_count = 0
                        restore_discard_excess_bytes = true
                        """.formatted(cephConf, share.user(), share.pool()))
                .orElse("");
        return """
                [DEFAULT]
                enabled_backends = ceph
                %s
                [ceph]
                volume_driver = cinder.volume.drivers.rbd.RBDDriver
                volume_backend_name = ceph
                rbd_pool = %s
                rbd_ceph_conf = %s
                rbd_flatten_volume_from_snapshot = false
                rbd_max_clone_depth = 5
                rbd_store_chunk_size = 4
                rados_connect_timeout = -1
                rbd_user = %s
                rbd_secret_uuid = %s
                """.formatted(backup, cinder.pool(), cephConf, cinder.user(), secret());
    }

    private String nova() {
        return """
                [libvirt]
                images_type = rbd
                images_rbd_pool = %s
                images_rbd_ceph_conf = %s
                rbd_user = %s
                rbd_secret_uuid = %s
                disk_cachemodes = "network=writeback"
                hw_disk_discard = unmap
                inject_password = false
                inject_key = false
                inject_partition = -2
                """.formatted(nova.pool(), cephConf, nova.user(), secret());
    }

    private String ceph() {
        if (description.monHost().isEmpty()) {
            throw missing("mon_host");
        }
        UUID fsid = required(description.fsid(), "fsid");
        return """
                [global]
                fsid = %s
                mon_host = %s
                auth_cluster_required = cephx
                auth_service_required = cephx
                auth_client_required = cephx

                [client]
                rbd_cache = true
                rbd_cache_writethrough_until_flush = true
                """.formatted(fsid, String.join(",", description.monHost()));
    }

    private UUID secret() {
        return required(description.secretUuid(), "secret_uuid");
    }

    private static UUID required(Optional<UUID> value, String name) {
        return value.orElseThrow(() -> missing(name));
    }

    private static BlockException missing(String name) {
        return new BlockException(Problem.INVALID_ARGUMENT, "the description of the cloud does not say its " + name);
    }
}
