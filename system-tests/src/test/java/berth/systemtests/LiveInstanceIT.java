package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.Problem;
import berth.cloud.live.LiveListener;
import berth.cloud.live.LiveReport;
import berth.cloud.live.LiveReport.Outcome;
import berth.cloud.live.LiveState;
import berth.systemtests.guest.LibvirtGuest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Running guests are moved from local disks to a real cluster, while they write. */
class LiveInstanceIT {
    private static final int KILLS = Integer.getInteger("berth.kills", 1);
    private static final int NOT_FOUND = 2;
    private static final int EXISTS = 17;
    private static final int INVALID = 22;
    private static final int NOT_EQUAL = 1;

    @TempDir
    static Path temp;

    @AutoClose
    private static LiveLab lab;

    @BeforeAll
    static void start() throws IOException {
        lab = new LiveLab(temp);
        lab.defineSecret();
    }

    private static berth.systemtests.Outcome migrate(UUID instance, String... more) throws IOException {
        return Berth.in(temp).run(lab.arguments(lab.migrate(instance, more)));
    }

    private static String image(UUID instance) {
        return "vms/" + instance + "_disk";
    }

    @Test
    void guestWritesOnWhileItIsMovedAndNothingIsLost() throws Exception {
        try (LibvirtGuest guest = lab.boot()) {
            UUID uuid = guest.uuid();

            String report = migrate(uuid, "--no-progress").succeeded().out();

            System.out.println(report);
            assertThat(report)
                    .contains(uuid + ": moved", "disk (vda) is " + image(uuid), "verified", "the guest stood still for")
                    .doesNotContain("not verified");
            LiveLab.writeSomeMore(guest, 5);
            assertThat(guest.virsh("domblklist", uuid.toString())).contains(image(uuid));
            assertThat(guest.virsh("dumpxml", "--inactive", uuid.toString()))
                    .contains("protocol='rbd' name='" + image(uuid) + "'", LiveLab.SECRET.toString(), "<serial>kept")
                    .doesNotContain(lab.disk(uuid).toString());
            assertThat(Files.readString(lab.state(uuid).resolve("before-inactive.xml")))
                    .contains(lab.disk(uuid).toString());
            assertThat(Files.readString(lab.state(uuid).resolve("after.xml"))).contains(image(uuid));
            assertThat(lab.cluster().rbd("snap", "ls", image(uuid))).isEmpty();

            // A second copy onto what the guest uses would zero it, and libvirt would call that a success.
            assertThat(migrate(uuid, "--dry-run").succeeded().out()).contains("moved earlier");
            assertThat(migrate(uuid, "--no-progress").succeeded().out()).contains("moved earlier");
            Files.delete(lab.state(uuid).resolve("live-move.json"));
            assertThat(migrate(uuid, "--no-progress").endedWith(INVALID).toString())
                    .contains("its disks are in the pool vms already");
            LiveLab.writeSomeMore(guest, 5);
            lab.assertNothingLost(guest);
        }
    }

    @Test
    void secretsAreComparedAndDefinedWithoutShowingTheKey() throws Exception {
        String uuid = UUID.randomUUID().toString();
        String[] check = {
            "libvirt",
            "secret",
            "check",
            "--secret",
            uuid,
            "--connect",
            lab.libvirt().uri()
        };
        assertThat(lab.berth(check).endedWith(NOT_EQUAL).out()).contains(": absent", "libvirt secret define");

        lab.berth(
                        "libvirt",
                        "secret",
                        "check",
                        "--secret",
                        LiveLab.SECRET.toString(),
                        "--connect",
                        lab.libvirt().uri())
                .succeeded();
        lab.giveSecretAnotherValue();
        try {
            berth.systemtests.Outcome different = lab.berth(
                    "libvirt",
                    "secret",
                    "check",
                    "--secret",
                    LiveLab.SECRET.toString(),
                    "--connect",
                    lab.libvirt().uri());
            assertThat(different.endedWith(NOT_EQUAL).out())
                    .contains(": different", "it is not the key of client.cinder");
        } finally {
            assertThat(lab.defineSecret().toString()).contains(": equal").doesNotContain(lab.key());
        }
    }

    /** What a process that is killed right after a state became durable leaves behind. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    private static LiveListener killedAt(LiveState fatal) {
        return new LiveListener() {
            @Override
            public void entered(LiveState state) {
                if (state == fatal) {
                    throw new Killed();
                }
            }
        };
    }

    @Test
    void moveThatIsKilledInEveryStateGoesOn() throws Exception {
        try (LibvirtGuest guest = lab.boot()) {
            UUID uuid = guest.uuid();
            for (LiveState state :
                    new LiveState[] {LiveState.PREPARED, LiveState.COPYING, LiveState.CHANGING, LiveState.CHANGED}) {
                assertThatThrownBy(() -> lab.move(uuid, killedAt(state)))
                        .as("killed when %s", state)
                        .isInstanceOf(Killed.class);
                LiveLab.writeSomeMore(guest, 2);
            }
            LiveReport report = lab.move(uuid, LiveListener.NONE);

            assertThat(report.outcome()).as(report.text()).isEqualTo(Outcome.MOVED);
            assertThat(report.verified()).isTrue();
            lab.assertNothingLost(guest);
        }
    }

    /** SIGKILL, soon after a state became durable; {@code -Dberth.seed=N} replays the moments as far as moments can be. */
    @Test
    void processThatIsKilledInEveryStateLeavesAMoveThatGoesOn() throws Exception {
        long seed = Long.getLong("berth.seed", System.nanoTime());
        System.out.println("berth.seed=" + seed);
        Random random = new Random(seed);
        try (LibvirtGuest guest = lab.boot()) {
            UUID uuid = guest.uuid();
            for (LiveState state :
                    new LiveState[] {LiveState.PREPARED, LiveState.COPYING, LiveState.CHANGING, LiveState.CHANGED}) {
                for (int round = 0; round < KILLS; round++) {
                    killWhen(state, uuid, random.nextInt(100));
                }
            }
            assertThat(migrate(uuid, "--no-progress").succeeded().out()).contains(uuid + ": moved");
            assertThat(lab.cluster().rbd("snap", "ls", image(uuid))).isEmpty();
            lab.assertNothingLost(guest);
        }
    }

    private static void killWhen(LiveState state, UUID instance, long millisLater) throws IOException {
        try (BerthProcess move = Berth.in(temp).start(lab.arguments(lab.migrate(instance, "--bandwidth", "64M")))) {
            while (move.isAlive() && !isAtOrPast(state, instance)) {
                move.runFor(Duration.ofMillis(1));
            }
            move.runFor(Duration.ofMillis(millisLater));
            System.out.println("killed " + millisLater + " ms after " + state + ": " + move.isAlive());
        }
    }

    private static boolean isAtOrPast(LiveState state, UUID instance) throws IOException {
        Path file = lab.state(instance).resolve("live-move.json");
        String journal = Files.exists(file) ? Programs.text(file) : "";
        return Arrays.stream(LiveState.values())
                .filter(found -> journal.contains("\"" + found + "\""))
                .anyMatch(found -> found.compareTo(state) >= 0);
    }

    @Test
    void guestThatAKilledMoveLeftStandingGoesOn() throws Exception {
        try (LibvirtGuest guest = lab.boot()) {
            UUID uuid = guest.uuid();
            assertThatThrownBy(() -> lab.move(uuid, killedAt(LiveState.CHANGING)))
                    .isInstanceOf(Killed.class);
            guest.virsh("suspend", uuid.toString());
            guest.virsh("blockjob", uuid.toString(), "vda", "--pivot");

            LiveReport report = lab.move(uuid, LiveListener.NONE);

            assertThat(report.outcome()).as(report.text()).isEqualTo(Outcome.MOVED);
            assertThat(report.verified()).isTrue();
            assertThat(lab.rollBack(uuid).failure().orElseThrow().message()).contains("it cannot go back");
            lab.assertNothingLost(guest);
        }
    }

    /** Nova does so when it starts an instance again whose images are to be in the cluster. */
    @Test
    void guestThatWasStartedOnAHalfCopiedImageIsNotTakenForMoved() throws Exception {
        try (LibvirtGuest guest = lab.boot()) {
            UUID uuid = guest.uuid();
            assertThatThrownBy(() -> lab.move(uuid, killedAt(LiveState.COPYING)))
                    .isInstanceOf(Killed.class);
            guest.virsh("destroy", uuid.toString());
            lab.defineOnImage(uuid);
            guest.virsh("start", uuid.toString());

            assertStopped(uuid, "was started anew, on the image");
        }
    }

    @Test
    void imageThatMayHaveNewerDataThanTheFileIsNotTouched() throws Exception {
        try (LibvirtGuest guest = lab.boot()) {
            UUID uuid = guest.uuid();
            assertThatThrownBy(() -> lab.move(uuid, killedAt(LiveState.CHANGING)))
                    .isInstanceOf(Killed.class);
            guest.virsh("blockjob", uuid.toString(), "vda", "--pivot");
            guest.virsh("destroy", uuid.toString());
            guest.virsh("start", uuid.toString());

            assertStopped(uuid, "keep what is newer");
        }
    }

    private static void assertStopped(UUID instance, String why) {
        LiveReport report = lab.move(instance, LiveListener.NONE);
        assertThat(report.outcome()).as(report.text()).isEqualTo(Outcome.UNFINISHED);
        assertThat(report.failure().orElseThrow().message()).contains(why);
        assertThat(lab.rollBack(instance).outcome()).isEqualTo(Outcome.UNFINISHED);
        assertThat(lab.cluster().rbd("ls", "vms")).contains(instance + "_disk");
    }

    @Test
    void moveIsTakenBackUntilTheGuestUsesTheImage() throws Exception {
        try (LibvirtGuest guest = lab.boot()) {
            UUID uuid = guest.uuid();
            for (LiveState state : new LiveState[] {LiveState.PREPARED, LiveState.COPYING, LiveState.CHANGING}) {
                assertThatThrownBy(() -> lab.move(uuid, killedAt(state))).isInstanceOf(Killed.class);

                LiveReport report = lab.rollBack(uuid);

                assertThat(report.outcome()).as(report.text()).isEqualTo(Outcome.ROLLED_BACK);
                assertThat(guest.virsh("domblklist", uuid.toString()))
                        .contains(lab.disk(uuid).toString());
                assertThat(guest.virsh("dumpxml", uuid.toString())).doesNotContain("<mirror");
                assertThat(lab.cluster().rbd("ls", "vms")).doesNotContain(uuid.toString());
                LiveLab.writeSomeMore(guest, 2);
            }
            assertThat(lab.move(uuid, LiveListener.NONE).outcome()).isEqualTo(Outcome.MOVED);
            lab.assertNothingLost(guest);
        }
    }

    @Test
    void diskThatTheFlavorDoesNotExplainIsMovedOnlyWhenThatIsAccepted() throws Exception {
        try (LibvirtGuest guest = lab.boot()) {
            UUID uuid = guest.uuid();
            guest.virsh(
                    "metadata",
                    uuid.toString(),
                    "http://openstack.org/xmlns/libvirt/nova/1.1",
                    "--key=nova",
                    "--set=<instance><flavor name='m1.tiny'><disk>1</disk></flavor></instance>",
                    "--live",
                    "--config");
            String finding = "disk has 67108864 bytes, but flavor m1.tiny has 1073741824";
            String accept = "--accept-flavor-mismatch";

            assertThat(migrate(uuid, "--dry-run").endedWith(INVALID).out())
                    .contains(uuid + ": planned", finding, accept);
            assertThat(migrate(uuid, "--no-progress").endedWith(INVALID).out()).contains(finding, accept);
            assertThat(migrate(uuid, "--dry-run", accept).succeeded().out())
                    .contains("disk (vda) becomes " + image(uuid), "note: " + finding);
            assertThat(lab.cluster().rbd("ls", "vms")).doesNotContain(uuid.toString());
            assertThat(guest.virsh("domblklist", uuid.toString()))
                    .contains(lab.disk(uuid).toString());
            assertThat(lab.state(uuid)).doesNotExist();

            assertThat(migrate(uuid, "--no-progress", accept).succeeded().out())
                    .contains(uuid + ": moved", "note: " + finding);
            lab.assertNothingLost(guest);
        }
    }

    @Test
    void otherImagesAndOtherCopiesAreLeftAlone() throws Exception {
        try (LibvirtGuest guest = lab.boot()) {
            UUID uuid = guest.uuid();
            lab.giveSecretAnotherValue();
            try {
                assertThat(migrate(uuid, "--no-progress").endedWith(NOT_FOUND).toString())
                        .contains("has no secret with the key of client.cinder", "libvirt secret define");
                assertThat(migrate(uuid, "--no-progress", "--secret", LiveLab.SECRET.toString())
                                .endedWith(INVALID)
                                .toString())
                        .contains(": different; it is not the key of client.cinder");
            } finally {
                lab.defineSecret();
            }
            lab.cluster().rbd("create", "--size", "128M", image(uuid));
            assertThat(migrate(uuid, "--no-progress").endedWith(EXISTS).toString())
                    .contains("exists already", "it has 134217728 bytes, disk vda 67108864");
            lab.cluster().rbd("rm", "--no-progress", image(uuid));
            lab.cluster().rbd("import", "--no-progress", lab.base().toString(), image(uuid));
            assertThat(migrate(uuid, "--no-progress").endedWith(EXISTS).toString())
                    .contains("it is in use, or has data or snapshots");
            assertThat(lab.cluster().rbd("ls", "vms")).contains(uuid.toString());
            lab.cluster().rbd("rm", "--no-progress", image(uuid));
            lab.cluster().rbd("create", "--size", "64M", image(uuid));
            assertThat(migrate(uuid, "--no-progress", "--skip-verification")
                            .succeeded()
                            .out())
                    .contains(": moved", "not verified", "have not been compared")
                    .doesNotContain("stood still");
            lab.assertNothingLost(guest);
        }
    }

    @Test
    void copyGoesOnWithoutLibvirtAndWithoutBerth() throws Exception {
        try (LibvirtGuest guest = lab.boot()) {
            UUID uuid = guest.uuid();
            boolean[] killed = {false};
            LiveReport report = lab.move(uuid, new LiveListener() {
                @Override
                public boolean copying(long done, long end) {
                    if (!killed[0]) {
                        killed[0] = true;
                        try {
                            lab.libvirt().kill();
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    }
                    return true;
                }
            });
            assertThat(report.outcome()).isEqualTo(Outcome.UNFINISHED);
            assertThat(report.failure().orElseThrow().problem()).isEqualTo(Problem.UNREACHABLE);
            lab.libvirt().revive();

            try (BerthProcess process =
                    Berth.in(temp).start(lab.arguments(lab.migrate(uuid, "--no-progress", "--format", "json")))) {
                assertThat(process.end().succeeded().out()).contains("\"outcome\":\"moved\"", "\"verified\":true");
            }
            lab.assertNothingLost(guest);
        }
    }
}
