package berth.cloud.doctor;

import berth.block.BlockException;
import berth.cloud.config.CephUse;
import berth.cloud.config.IniFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * How the services of this node use Ceph, and whether they agree.
 *
 * @param glance Glance, if it is configured here to use Ceph
 * @param cinder the back ends of Cinder that do
 * @param nova Nova, if it does
 * @param findings what does not fit
 */
record Services(Optional<CephUse> glance, List<CephUse> cinder, Optional<CephUse> nova, List<Finding> findings) {
    private static final String CHECK = "configuration";

    static Services of(DoctorRequest request) {
        List<Finding> findings = new ArrayList<>();
        Optional<IniFile> glanceFile = read(request.glanceConf(), findings);
        Optional<IniFile> cinderFile = read(request.cinderConf(), findings);
        Optional<IniFile> novaFile = read(request.novaConf(), findings);
        Optional<CephUse> glance = glanceFile.flatMap(CephUse::ofGlance);
        List<CephUse> cinder = cinderFile.map(file -> backends(file, findings)).orElse(List.of());
        Optional<CephUse> nova = novaFile.flatMap(CephUse::ofNova);
        glanceFile.filter(_ -> glance.isPresent()).ifPresent(file -> checkDirectUrl(file, findings));
        if (novaFile.isPresent() && nova.isEmpty()) {
            findings.add(Finding.warning(
                    CHECK,
                    request.novaConf() + " keeps the disks of instances on local storage",
                    "set images_type = rbd in its section [libvirt] (see: berth config render nova)"));
        }
        Services services = new Services(glance, cinder, nova, findings);
        services.all().forEach(use -> checkComplete(use, findings));
        services.compare();
        return services;
    }

    private static Optional<IniFile> read(Path file, List<Finding> findings) {
        if (Files.notExists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(IniFile.read(file));
        } catch (BlockException e) {
            findings.add(Finding.error(CHECK, String.valueOf(e.getMessage()), "see to it that it can be read"));
            return Optional.empty();
        }
    }

    private static List<CephUse> backends(IniFile file, List<Finding> findings) {
        List<CephUse> found = new ArrayList<>();
        String enabled = file.value("DEFAULT", "enabled_backends").orElse("");
        for (String name : enabled.split(",", -1)) {
            String backend = name.strip();
            if (!backend.isEmpty() && !file.sections().contains(backend)) {
                findings.add(Finding.error(
                        CHECK,
                        "cinder.conf enables the back end '" + backend + "', but has no section of that name",
                        "add the section, or take the name out of enabled_backends"));
            }
            CephUse.ofCinder(file, backend).ifPresent(found::add);
        }
        return found;
    }

    /** oslo.config knows the section DEFAULT in capitals only; what stands in [default] has no effect. */
    private static void checkDirectUrl(IniFile file, List<Finding> findings) {
        boolean shown = file.value("DEFAULT", "show_image_direct_url")
                .filter("true"::equalsIgnoreCase)
                .isPresent();
        if (!shown) {
            findings.add(Finding.warning(
                    CHECK,
                    "Glance does not show where its images are, so each new disk is a copy instead of a clone"
                            + (file.sections().contains("default")
                                    ? " ([default] in small letters has no effect)"
                                    : ""),
                    "set show_image_direct_url = True in the section [DEFAULT] of glance-api.conf"));
        }
    }

    private static void checkComplete(CephUse use, List<Finding> findings) {
        if (use.user().isEmpty()) {
            findings.add(Finding.error(
                    CHECK, use.service() + " names no user of Ceph", "name one (see: berth config render)"));
        }
        boolean needsSecret = !use.service().equals("glance");
        if (needsSecret && use.secret().isEmpty()) {
            findings.add(Finding.error(
                    CHECK,
                    use.service() + " has no rbd_secret_uuid, so libvirt finds no key",
                    "set the UUID of libvirt's secret, the same everywhere"));
        }
        if (use.pool().isEmpty()) {
            findings.add(Finding.warning(
                    CHECK, use.service() + " names no pool, so it is the service's default", "name the pool"));
        }
    }

    private void compare() {
        if (nova.isPresent()) {
            for (CephUse backend : cinder) {
                same(backend, "rbd_secret_uuid", CephUse::secret);
                same(backend, "user", CephUse::user);
            }
        }
        long files = all().map(use -> use.configurationFile().orElse("/etc/ceph/ceph.conf"))
                .distinct()
                .count();
        if (files > 1) {
            findings.add(Finding.warning(
                    CHECK,
                    "the services name different configuration files of Ceph",
                    "make sure that they are of the same cluster"));
        }
        if (all().findAny().isPresent() && findings.isEmpty()) {
            findings.add(Finding.ok(CHECK, "nova.conf, cinder.conf and glance-api.conf fit together"));
        }
    }

    private void same(CephUse backend, String what, Function<CephUse, Optional<String>> value) {
        Optional<String> ofNova = nova.flatMap(value);
        Optional<String> ofCinder = value.apply(backend);
        if (ofNova.isPresent() && ofCinder.isPresent() && !ofNova.equals(ofCinder)) {
            findings.add(Finding.error(
                    CHECK,
                    "nova has the " + what + " " + ofNova.get() + ", " + backend.service() + " has " + ofCinder.get(),
                    "volumes cannot be attached; make both the same, on every node"));
        }
    }

    /** All that use Ceph. */
    Stream<CephUse> all() {
        return Stream.of(glance.stream(), cinder.stream(), nova.stream()).flatMap(uses -> uses);
    }
}
