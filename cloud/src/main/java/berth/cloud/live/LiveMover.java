package berth.cloud.live;

import berth.block.BlockException;
import berth.block.Problem;
import berth.ceph.CephAdmin;
import berth.ceph.CephStore;
import berth.cloud.Failure;
import berth.cloud.rbd.KeyHolder;
import berth.cloud.rbd.MonitorMap;
import berth.libvirt.Libvirt;
import berth.posix.PosixFile;
import berth.source.SourceFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Moves running instances into a Ceph cluster without shutting them down. A move that was interrupted, however, goes on
 * when it is run again, or is taken back as long as the guest has not been changed over. For one thread at a time.
 */
public final class LiveMover {
    private final String uri;
    private final CephStore store;
    private final CephAdmin cluster;
    private final SourceFactory sources;
    private final Path directory;

    /**
     * A mover.
     *
     * @param uri the libvirt connection of the host that the instances run on; the disks have to be files of this host
     * @param store the cluster; stays open
     * @param cluster the same cluster, as the user that QEMU is to be; stays open
     * @param sources opens the old files for the proof
     * @param directory what keeps a directory for each instance; made when it is needed
     */
    public LiveMover(String uri, CephStore store, CephAdmin cluster, SourceFactory sources, Path directory) {
        this.uri = uri;
        this.store = store;
        this.cluster = cluster;
        this.sources = sources;
        this.directory = directory;
    }

    /** Whether a move of the instance was begun, be it finished or not. */
    public boolean isKnown(UUID instance) {
        return LiveJournal.read(files(instance).journal()).isPresent();
    }

    private LiveFiles files(UUID instance) {
        return new LiveFiles(directory.resolve(instance.toString()));
    }

    /** Moves an instance, or goes on with that. A failure is in the report. */
    public LiveReport move(UUID instance, LiveOptions options, LiveListener listener) {
        return alone(instance, () -> run(instance, options, listener, LiveMove::run));
    }

    /** Says what the move of an instance would do, and what stands in its way, without changing anything. */
    public LiveReport plan(UUID instance, LiveOptions options) {
        return run(instance, options, LiveListener.NONE, LiveMove::plan).ofPlan();
    }

    /** Takes back a move that was begun. A failure is in the report. */
    public LiveReport rollBack(UUID instance, LiveOptions options, LiveListener listener) {
        return alone(instance, () -> run(instance, options, listener, LiveMove::rollBack));
    }

    /** Two runs would each take the other's copy for its own, and one could take back what the other has begun. */
    private LiveReport alone(UUID instance, Supplier<LiveReport> work) {
        try (PosixFile _ = files(instance).lock()) {
            return work.get();
        } catch (BlockException e) {
            return failed(instance, e);
        }
    }

    private interface Work {
        LiveReport on(LiveMove move);
    }

    private LiveReport run(UUID instance, LiveOptions options, LiveListener listener, Work work) {
        LiveFiles files = files(instance);
        try (LiveDomain domain = new LiveDomain(instance, uri)) {
            String fsid = cluster.fsid();
            LivePlan plan =
                    new LivePlan(fsid, cluster.config().user(), MonitorMap.parse(cluster.ask("mon dump")), options);
            LiveJournal journal = LiveJournal.read(files.journal())
                    .map(found -> requireSame(found, fsid))
                    .orElseGet(() -> plan.journal(domain, secret(domain.libvirt(), options)));
            return work.on(new LiveMove(domain, store, sources, files, plan, journal, listener));
        } catch (BlockException e) {
            return failed(instance, e);
        }
    }

    private LiveReport failed(UUID instance, BlockException e) {
        LiveFiles files = files(instance);
        return new LiveReport(
                instance,
                Files.exists(files.journal()) ? LiveReport.Outcome.UNFINISHED : LiveReport.Outcome.ROLLED_BACK,
                List.of(),
                false,
                OptionalLong.empty(),
                files.directory().toString(),
                List.of(),
                Optional.of(Failure.of(e, List.of())));
    }

    private static LiveJournal requireSame(LiveJournal journal, String fsid) {
        if (!journal.cluster().equals(fsid)) {
            throw new BlockException(
                    Problem.MIGRATING,
                    "the move of instance " + journal.instance() + " was begun to the cluster " + journal.cluster()
                            + ", not to " + fsid);
        }
        return journal;
    }

    private UUID secret(Libvirt libvirt, LiveOptions options) {
        return new KeyHolder(cluster).secretFor(libvirt, options.secret());
    }
}
