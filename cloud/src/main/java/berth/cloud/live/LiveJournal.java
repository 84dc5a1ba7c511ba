package berth.cloud.live;

import berth.block.BlockException;
import berth.block.Problem;
import berth.posix.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What is known durably of the move of a running instance.
 *
 * @param version of this form
 * @param instance the instance
 * @param cluster the id of the cluster that it goes to
 * @param secret libvirt's secret with the key of Ceph's user
 * @param state how far it is
 * @param resume whether the guest was running when it was changed over, so that it has to go on afterwards
 * @param run which run of the guest is copied, see {@link LiveDomain#run}; empty when that is not known
 * @param disks what is moved
 */
record LiveJournal(
        int version,
        UUID instance,
        String cluster,
        UUID secret,
        LiveState state,
        boolean resume,
        @Nullable String run,
        List<LiveDisk> disks) {
    static final int VERSION = 1;

    private static final int MAX_BYTES = 1 << 20;
    private static final JsonMapper JSON = JsonMapper.shared();

    LiveJournal {
        disks = List.copyOf(disks);
    }

    /** Reads a journal; empty when there is none. @throws BlockException {@link Problem#MALFORMED} */
    static Optional<LiveJournal> read(Path file) {
        if (Files.notExists(file)) {
            return Optional.empty();
        }
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new BlockException(Problem.MALFORMED, file + " is larger than 1 MiB");
            }
            LiveJournal journal = JSON.readValue(Files.readAllBytes(file), LiveJournal.class);
            if (journal.version != VERSION) {
                throw new BlockException(Problem.NEWER_FORMAT, file + " was written by another version of Berth");
            }
            return Optional.of(journal);
        } catch (IOException e) {
            throw BlockException.of(e, "cannot read " + file);
        } catch (JacksonException e) {
            throw new BlockException(Problem.MALFORMED, "cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /** Writes it, durably and at once. */
    LiveJournal write(Path file) {
        try {
            AtomicFile.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this), "rw-------");
            return this;
        } catch (IOException e) {
            throw BlockException.of(e, "cannot write " + file);
        }
    }

    LiveJournal with(LiveState changed) {
        return new LiveJournal(version, instance, cluster, secret, changed, resume, run, disks);
    }

    LiveJournal withResume(boolean goesOn) {
        return new LiveJournal(version, instance, cluster, secret, state, goesOn, run, disks);
    }

    LiveJournal withRun(String now) {
        return new LiveJournal(version, instance, cluster, secret, state, resume, now, disks);
    }

    /** Whether the guest has been started anew since the copy began. */
    boolean isAnotherRun(String now) {
        return run != null && !run.equals(now);
    }

    LiveJournal withDisk(LiveDisk changed) {
        List<LiveDisk> all = new ArrayList<>(disks);
        all.replaceAll(disk -> disk.target().equals(changed.target()) ? changed : disk);
        return new LiveJournal(version, instance, cluster, secret, state, resume, run, all);
    }
}
