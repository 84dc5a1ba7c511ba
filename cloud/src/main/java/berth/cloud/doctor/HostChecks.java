package berth.cloud.doctor;

import berth.block.BlockException;
import berth.ceph.CephAdmin;
import berth.ceph.CephConfig;
import berth.cloud.config.CephUse;
import berth.cloud.rbd.SecretCheck;
import berth.libvirt.Libvirt;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The checks of the compute nodes: libvirt's secrets, and disks that were left on local storage. For one thread. */
final class HostChecks {
    private final DoctorRequest request;
    private final Services services;
    private final List<Finding> findings = new ArrayList<>();

    HostChecks(DoctorRequest request, Services services) {
        this.request = request;
        this.services = services;
    }

    List<Finding> run() {
        services.nova().ifPresent(this::checkSecrets);
        checkLeftovers();
        return findings;
    }

    private void checkSecrets(CephUse nova) {
        if (nova.user().isEmpty() || nova.secret().isEmpty()) {
            return; // the configuration's check has said so
        }
        CephConfig user = request.cluster().withUser(nova.user().get());
        try (CephAdmin cluster = CephAdmin.open(user)) {
            byte[] key = cluster.key();
            UUID secret = UUID.fromString(nova.secret().get());
            request.hosts().forEach(host -> checkSecret(host, secret, user.entity(), key));
            Arrays.fill(key, (byte) 0);
        } catch (BlockException | IllegalArgumentException e) {
            findings.add(Finding.warning(
                    "libvirt", "the secrets could not be compared: " + e.getMessage(), "put that right first"));
        }
    }

    private void checkSecret(String host, UUID secret, String entity, byte[] key) {
        try (Libvirt libvirt = Libvirt.open(host)) {
            SecretCheck check = SecretCheck.of(libvirt, secret, entity, key);
            String what = "secret " + secret + " at " + host + ": " + check.standing();
            findings.add(
                    check.advice().isEmpty()
                            ? Finding.ok("libvirt", what + " to the key of " + entity)
                            : Finding.error("libvirt", what, check.advice()));
        } catch (BlockException e) {
            findings.add(Finding.error(
                    "libvirt", String.valueOf(e.getMessage()), "start libvirtd there, or leave the host out"));
        }
    }

    /** Where Nova has its disks on Ceph, it does not find local ones: such an instance does not start any more. */
    private void checkLeftovers() {
        if (services.nova().isEmpty() || Files.notExists(request.instances())) {
            return;
        }
        Optional<String> pool = services.nova().flatMap(CephUse::pool);
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(request.instances(), "*-*-*-*-*")) {
            for (Path directory : directories) {
                if (Files.exists(directory.resolve("disk"))) {
                    findings.add(Finding.warning(
                            "instances",
                            directory + " has a local disk, which Nova does not use since it keeps disks on Ceph",
                            "move it with: berth instance migrate " + directory + " --to ceph:" + pool.orElse("vms")
                                    + "; remove the file when that says 'moved earlier'"));
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            findings.add(Finding.warning(
                    "instances", "cannot list " + request.instances() + ": " + e.getMessage(), "run this as root"));
        }
    }
}
