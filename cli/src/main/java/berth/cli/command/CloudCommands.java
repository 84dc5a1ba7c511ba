package berth.cli.command;

import berth.cli.call.Call;
import berth.cli.call.Command;
import berth.cli.call.CommandFailure;
import berth.cli.call.Grammar;
import berth.cli.text.Json;
import berth.cloud.config.CephDescription;
import berth.cloud.config.ConfigRenderer;
import berth.cloud.doctor.Doctor;
import berth.cloud.doctor.DoctorRequest;
import berth.cloud.doctor.Finding;
import berth.libvirt.Libvirt;
import berth.posix.Errno;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The commands for the nodes of an OpenStack cloud. */
public final class CloudCommands {
    private CloudCommands() {}

    /** {@code doctor}. */
    public static Command doctor() {
        return new Command(
                new Grammar("doctor", "Look for what keeps instances on Ceph from working on this node.")
                        .option("--nova-conf", "path", "Nova's configuration [default: /etc/nova/nova.conf]")
                        .option("--cinder-conf", "path", "Cinder's configuration [default: /etc/cinder/cinder.conf]")
                        .option(
                                "--glance-conf",
                                "path",
                                "Glance's configuration [default: /etc/glance/glance-api.conf]")
                        .option("--instances", "directory", "Nova's instances [default: /var/lib/nova/instances]")
                        .repeatable("--connect", "uri", "libvirt of a host [default: qemu:///system]")
                        .formatted()
                        .note("Compares the configuration files with one another and with the cluster: users, keys,"
                                + " capabilities, pools, versions, monitors, libvirt's secrets, local disks left"
                                + " behind. Changes nothing. Exit status 1 says that there are errors.")
                        .example("doctor")
                        .example("doctor --id admin --connect qemu:///system --connect qemu+ssh://node32/system"),
                CloudCommands::runDoctor);
    }

    private static int runDoctor(Call call) {
        boolean json = call.json();
        List<String> hosts = call.args().options("--connect");
        List<Finding> findings = Doctor.examine(new DoctorRequest(
                call.cluster(),
                path(call, "--nova-conf", "/etc/nova/nova.conf"),
                path(call, "--cinder-conf", "/etc/cinder/cinder.conf"),
                path(call, "--glance-conf", "/etc/glance/glance-api.conf"),
                path(call, "--instances", "/var/lib/nova/instances"),
                hosts.isEmpty() ? List.of(Libvirt.SYSTEM) : hosts));
        if (json) {
            call.console().print(Json.of(call.pretty(), findings));
        } else {
            findings.forEach(finding -> call.console().print(finding.text()));
        }
        boolean wrong = findings.stream().anyMatch(finding -> finding.level() == Finding.Level.ERROR);
        return wrong ? Errno.EPERM.number() : 0;
    }

    private static Path path(Call call, String option, String usual) {
        return call.invocation().resolve(call.args().option(option).orElse(usual));
    }

    /** {@code config render}. */
    public static Command render() {
        return new Command(
                new Grammar("config render", "Write the part of a configuration file that says how Ceph is used.")
                        .positional("file", "glance, cinder, nova, libvirt or ceph")
                        .option("--description", "path", "description of the cloud (JSON) [default: the usual names]")
                        .option("--secret", "uuid", "UUID of libvirt's secret")
                        .note(
                                "The description may have: fsid, mon_host (a list), ceph_conf, secret_uuid, and for glance,"
                                        + " cinder, nova and backup each a user and a pool. All files from one description"
                                        + " agree with one another.")
                        .example("config render nova --secret 4810c760-dc42-4e5f-9d41-7346db7d7da2")
                        .example("config render cinder --description cloud.json"),
                CloudCommands::runRender);
    }

    private static int runRender(Call call) {
        CephDescription description = call.args()
                .option("--description")
                .map(path -> CephDescription.read(call.invocation().resolve(path)))
                .orElse(CephDescription.usual());
        CephDescription whole = call.args()
                .option("--secret")
                .map(text -> description.withSecret(UuidArgument.parse(text, "--secret")))
                .orElse(description);
        call.console().print(new ConfigRenderer(whole).render(target(call)));
        return 0;
    }

    private static ConfigRenderer.Target target(Call call) {
        String name = call.args().positional(0).orElse("");
        return Arrays.stream(ConfigRenderer.Target.values())
                .filter(target -> target.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst()
                .orElseThrow(() -> CommandFailure.invalid(
                        "the file is one of glance, cinder, nova, libvirt and ceph, not '" + name + "'"));
    }
}
