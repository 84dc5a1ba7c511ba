package berth.cli.command;

import berth.ceph.CephAdmin;
import berth.cli.call.Call;
import berth.cli.call.Command;
import berth.cli.call.CommandFailure;
import berth.cli.call.Grammar;
import berth.cli.text.Json;
import berth.cloud.rbd.SecretCheck;
import berth.cloud.rbd.SecretCheck.Standing;
import berth.libvirt.Libvirt;
import berth.libvirt.LibvirtSecret;
import berth.posix.Errno;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/** The commands for libvirt's secrets that hold the keys of Ceph's users. None of them shows a key. */
public final class LibvirtSecretCommands {
    private LibvirtSecretCommands() {}

    /** {@code libvirt secret check}. */
    public static Command check() {
        return new Command(
                grammar("libvirt secret check", "Compare the secret of a Ceph user in libvirt with the user's key.")
                        .note(
                                "The user is that of --id. Each host has to have the same secret with the same value, the key"
                                        + " that the cluster knows; else guests do not start, or do not migrate. Exit status 1"
                                        + " says that a host does not.")
                        .example("libvirt secret check --id cinder --secret 4810c760-dc42-4e5f-9d41-7346db7d7da2"),
                call -> run(call, false));
    }

    /** {@code libvirt secret define}. */
    public static Command define() {
        return new Command(
                grammar("libvirt secret define", "Give libvirt the key of a Ceph user as a secret.")
                        .note(
                                "The user is that of --id. A secret with that UUID gets the key as its new value. The key goes"
                                        + " from the keyring to libvirt, and is shown nowhere.")
                        .example("libvirt secret define --id cinder --secret 4810c760-dc42-4e5f-9d41-7346db7d7da2"),
                call -> run(call, true));
    }

    private static Grammar grammar(String name, String summary) {
        return new Grammar(name, summary)
                .option("--secret", "uuid", "the secret's UUID: rbd_secret_uuid in nova.conf")
                .repeatable("--connect", "uri", "libvirt of a host [default: qemu:///system]")
                .formatted();
    }

    private static int run(Call call, boolean define) {
        boolean json = call.json();
        UUID secret = secret(call);
        List<String> hosts = call.args().options("--connect");
        List<SecretCheck> checks = new ArrayList<>();
        try (CephAdmin cluster = CephAdmin.open(call.cluster())) {
            byte[] key = cluster.key();
            try {
                for (String host : hosts.isEmpty() ? List.of(Libvirt.SYSTEM) : hosts) {
                    checks.add(look(host, secret, cluster.config().entity(), key, define));
                }
            } finally {
                Arrays.fill(key, (byte) 0);
            }
        }
        if (json) {
            call.console().print(Json.of(call.pretty(), checks));
        } else {
            checks.forEach(check -> print(call, check));
        }
        return checks.stream().allMatch(check -> check.standing() == Standing.EQUAL) ? 0 : Errno.EPERM.number();
    }

    private static SecretCheck look(String host, UUID secret, String entity, byte[] key, boolean define) {
        try (Libvirt libvirt = Libvirt.open(host)) {
            SecretCheck before = SecretCheck.of(libvirt, secret, entity, key);
            boolean may = before.standing() != Standing.OTHER_USE && before.standing() != Standing.PRIVATE;
            if (!define || before.standing() == Standing.EQUAL || !may) {
                return before;
            }
            libvirt.defineSecret(libvirt.secret(secret).orElse(LibvirtSecret.ofCephUser(secret, entity)), key);
            return SecretCheck.of(libvirt, secret, entity, key);
        }
    }

    private static void print(Call call, SecretCheck check) {
        call.console().println(check.host() + ": secret " + check.secret() + ": " + check.standing());
        if (!check.advice().isEmpty()) {
            call.console().println("  " + check.advice());
        }
    }

    private static UUID secret(Call call) {
        return UuidArgument.parse(
                call.args()
                        .option("--secret")
                        .orElseThrow(() -> CommandFailure.invalid("the secret's UUID was not specified (--secret)")),
                "--secret");
    }
}
