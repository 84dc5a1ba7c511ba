package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code berth doctor} on a node with a real cluster and a real libvirt: first all is well, then one thing after another. */
class DoctorIT {
    private static final int ERRORS = 1;
    private static final String SECRET = LiveLab.SECRET.toString();

    @TempDir
    static Path temp;

    @AutoClose
    private static LiveLab lab;

    private static Path conf;

    @BeforeAll
    static void setUp() throws IOException {
        lab = new LiveLab(temp);
        for (String pool : List.of("images", "volumes")) {
            lab.cluster().createPool(pool, 1);
        }
        conf = temp.resolve("ceph.conf");
        Path glance = lab.cluster().user("glance", "mon", "profile rbd", "osd", "profile rbd pool=images");
        allowCinder("profile rbd pool=volumes, profile rbd pool=vms, profile rbd pool=images");
        Files.writeString(
                conf, Files.readString(lab.cluster().configurationFile()) + """

                    [client.cinder]
                    keyring = %s
                    [client.glance]
                    keyring = %s
                    """.formatted(lab.keyring(), glance));
        for (String service : List.of("nova", "cinder", "glance")) {
            Files.writeString(
                    temp.resolve(service + ".conf"),
                    berth("config", "render", service, "--secret", SECRET)
                            .succeeded()
                            .out());
        }
        Files.createDirectories(temp.resolve("nova-instances"));
        lab.defineSecret();
    }

    private static void allowCinder(String osds) throws IOException {
        lab.cluster().user("cinder", "mon", "profile rbd", "osd", osds);
    }

    private static Outcome berth(String... arguments) throws IOException {
        return Berth.in(temp).run(arguments);
    }

    private static Outcome doctor(String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("doctor", "-c", conf.toString()));
        for (String service : List.of("nova", "cinder", "glance")) {
            arguments.addAll(List.of(
                    "--" + service + "-conf", temp.resolve(service + ".conf").toString()));
        }
        arguments.addAll(List.of("--instances", temp.resolve("nova-instances").toString()));
        arguments.addAll(List.of("--connect", lab.libvirt().uri()));
        arguments.addAll(List.of(more));
        return berth(arguments.toArray(String[]::new));
    }

    @Test
    void nodeThatIsWellHasNoErrorsAndEachMistakeOfItsSetUpIsOne() throws Exception {
        assertThat(doctor().succeeded().out())
                .contains(
                        "fit together", "may do what its services need", "equal to the key of client.cinder", "for rbd")
                .contains("can be reached", "the cluster takes it")
                .containsPattern(
                        "ok +versions: librbd of this host is of Ceph \\d+\\.\\S+, the cluster is of ceph version")
                .doesNotContain("error", "warning");

        allowCinder("profile rbd pool=volumes");
        lab.giveSecretAnotherValue();
        lab.cluster().ceph("osd", "pool", "application", "disable", "images", "rbd", "--yes-i-really-mean-it");
        Path instance = Files.createDirectories(temp.resolve("nova-instances/49704562-e043-47fa-affb-b4e9f1ff1359"));
        Files.writeString(instance.resolve("disk"), "");
        Path nova = temp.resolve("nova.conf");
        String right = Files.readString(nova);
        try {
            assertThat(doctor("--format", "json").endedWith(ERRORS).out())
                    .contains("client.cinder may not read images, write to vms")
                    .contains(": different")
                    .contains("the pool images is not marked as one for rbd")
                    .contains("has a local disk");
            Files.writeString(nova, right.replace(SECRET, "457eb676-33da-42ec-9a8c-9293d545c337"));
            assertThat(doctor().endedWith(ERRORS).out())
                    .contains("nova has the rbd_secret_uuid 457eb676-33da-42ec-9a8c-9293d545c337, cinder [ceph] has "
                            + SECRET)
                    .contains("absent", "berth libvirt secret define")
                    .doesNotContain(lab.key());
        } finally {
            Files.writeString(nova, right);
        }
    }

    /** What was cloned in the new way can do with a parent in the trash, but with none it cannot. */
    @Test
    void cloneWhoseParentIsGoneIsAnErrorAndOneWhoseParentIsInTheTrashIsNot() throws Exception {
        lab.cluster().createPool("old-images", 1);
        for (String parent : List.of("images/kept", "images/trashed", "old-images/lost")) {
            String child = "vms/of-" + parent.substring(parent.indexOf('/') + 1);
            lab.cluster().rbd("create", "--size", "1M", parent);
            lab.cluster().rbd("snap", "create", "--no-progress", parent + "@snap");
            lab.cluster().rbd("clone", "--rbd-default-clone-format", "2", parent + "@snap", child);
        }
        lab.cluster().rbd("trash", "mv", "images/trashed");
        lab.cluster().deletePool("old-images");
        try {
            assertThat(doctor().endedWith(ERRORS).out())
                    .containsPattern("error +images: image vms/of-lost .*")
                    .containsPattern("warning +images: image vms/of-trashed was cloned from images/trashed@snap")
                    .doesNotContain("vms/of-kept");
        } finally {
            for (String child : List.of("of-kept", "of-trashed", "of-lost")) {
                lab.cluster().rbd("rm", "--no-progress", "vms/" + child);
            }
        }
    }

    @Test
    void clusterThatDoesNotAnswerIsSaidInsteadOfWaitedFor() throws Exception {
        Path elsewhere = Files.writeString(
                temp.resolve("other.conf"),
                Files.readString(conf).replaceAll("mon host = .*", "mon host = 127.0.0.1:1"));

        assertThat(berth("doctor", "-c", elsewhere.toString(), "--nova-conf", "/nowhere", "--instances", "/nowhere")
                        .endedWith(ERRORS)
                        .out())
                .contains("error    cluster", "127.0.0.1:1");
    }
}
