package berth.cloud.config;

import java.util.Optional;

/**
 * How a service uses Ceph, going by its configuration.
 *
 * @param service whose it is, for messages, for example {@code cinder [ceph]}
 * @param pool the pool of its images
 * @param user its user, without {@code client.}
 * @param secret libvirt's secret with the user's key; empty where it says none
 * @param configurationFile Ceph's configuration file
 */
public record CephUse(
        String service,
        Optional<String> pool,
        Optional<String> user,
        Optional<String> secret,
        Optional<String> configurationFile) {

    /** What {@code nova.conf} says; empty when Nova does not keep its disks on Ceph. */
    public static Optional<CephUse> ofNova(IniFile nova) {
        return nova.value("libvirt", "images_type")
                .filter("rbd"::equals)
                .map(_ -> new CephUse(
                        "nova",
                        nova.value("libvirt", "images_rbd_pool"),
                        nova.value("libvirt", "rbd_user"),
                        nova.value("libvirt", "rbd_secret_uuid"),
                        nova.value("libvirt", "images_rbd_ceph_conf")));
    }

    /** What a back end in {@code cinder.conf} says; empty when it is none on Ceph. */
    public static Optional<CephUse> ofCinder(IniFile cinder, String backend) {
        return cinder.value(backend, "volume_driver")
                .filter(driver -> driver.endsWith("RBDDriver"))
                .map(_ -> new CephUse(
                        "cinder [" + backend + "]",
                        cinder.value(backend, "rbd_pool"),
                        cinder.value(backend, "rbd_user"),
                        cinder.value(backend, "rbd_secret_uuid"),
                        cinder.value(backend, "rbd_ceph_conf")));
    }

    /** What {@code glance-api.conf} says; empty when Glance does not keep its images on Ceph. */
    public static Optional<CephUse> ofGlance(IniFile glance) {
        return glance.value("glance_store", "rbd_store_pool")
                .or(() -> glance.value("glance_store", "default_store").filter("rbd"::equals))
                .map(_ -> new CephUse(
                        "glance",
                        glance.value("glance_store", "rbd_store_pool"),
                        glance.value("glance_store", "rbd_store_user"),
                        Optional.empty(),
                        glance.value("glance_store", "rbd_store_ceph_conf")));
    }
}
