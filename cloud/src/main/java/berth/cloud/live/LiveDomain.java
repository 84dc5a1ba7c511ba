package berth.cloud.live;

import berth.block.BlockException;
import berth.block.Problem;
import berth.libvirt.DomainState;
import berth.libvirt.DomainXml;
import berth.libvirt.Libvirt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;

/** A domain that runs, and the connection to its libvirt. For one thread. */
final class LiveDomain implements AutoCloseable {
    private static final Duration RESUME_PATIENCE = Duration.ofMinutes(1);
    private static final long RETRY_MILLIS = 200;
    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

    private final UUID uuid;
    private final String uri;
    private Libvirt libvirt;

    LiveDomain(UUID uuid, String uri) {
        this.uuid = uuid;
        this.uri = uri;
        this.libvirt = Libvirt.open(uri);
    }

    UUID uuid() {
        return uuid;
    }

    Libvirt libvirt() {
        return libvirt;
    }

    boolean isActive() {
        return libvirt.state(uuid).filter(DomainState::active).isPresent();
    }

    /** Whether its processors run, so that it would have to go on after a pause. */
    boolean isRunning() {
        return libvirt.state(uuid)
                .filter(state -> state == DomainState.RUNNING || state == DomainState.BLOCKED)
                .isPresent();
    }

    boolean isPaused() {
        return libvirt.state(uuid).filter(DomainState.PAUSED::equals).isPresent();
    }

    /** The domain as it runs. @throws BlockException {@link Problem#SOURCE_NOT_FOUND} when it does not */
    DomainXml running() {
        return libvirt.running(uuid)
                .orElseThrow(() -> new BlockException(
                        Problem.SOURCE_NOT_FOUND,
                        "libvirt at " + uri + " says that instance " + uuid
                                + " is not running; a disk that nobody uses is moved with --offline"));
    }

    /**
     * Which run of the guest this is: the number that libvirt gave it when it was started, and the host's boot, after which
     * the numbers begin anew; a restart of libvirt changes neither. libvirt on another host has its numbers only.
     *
     * @throws BlockException {@link Problem#SOURCE_NOT_FOUND} when it does not run
     */
    String run() {
        return boot() + running().runNumber().orElse("");
    }

    private static String boot() {
        try {
            return Files.readString(BOOT).strip() + "/";
        } catch (IOException e) {
            return "";
        }
    }

    /** Lets it go on, also when libvirt has to be connected to anew: nothing is worse than a guest that stands still. */
    void resume() {
        long end = System.nanoTime() + RESUME_PATIENCE.toNanos();
        while (true) {
            try {
                if (isPaused()) {
                    libvirt.resume(uuid);
                }
                return;
            } catch (BlockException e) {
                if (System.nanoTime() > end) {
                    throw new BlockException(
                            e.problem(),
                            "the guest of instance " + uuid + " stands still and could not be resumed; resume it with:"
                                    + " virsh resume " + uuid + " (" + e.getMessage() + ")",
                            e);
                }
                reconnect();
            }
        }
    }

    private void reconnect() {
        Pause.milliseconds(RETRY_MILLIS);
        try {
            Libvirt another = Libvirt.open(uri);
            libvirt.close();
            libvirt = another;
        } catch (BlockException e) {
            // The caller tries again, up to its own patience.
        }
    }

    @Override
    public void close() {
        libvirt.close();
    }
}
