package berth.server;

import berth.block.BlockException;
import berth.block.BlockStore;
import berth.block.MigrationStore;
import berth.block.Problem;
import berth.block.SourceOpener;
import berth.ceph.CephConfig;
import berth.ceph.CephStore;
import berth.ceph.Publisher;
import berth.local.Integrity;
import berth.local.LocalStore;
import berth.migration.Mover;
import berth.migration.ReceiptStatement;
import berth.migration.Receipts;
import berth.migration.SpaceProbe;
import berth.migration.TimeSource;
import berth.source.SourceFactory;
import berth.source.remote.RemoteOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What commands work on: an open store and the services over it. The services are made when they are first asked for,
 * because most commands do without. Safe for use by several threads.
 */
public final class Engine implements AutoCloseable {
    /** The pool that a new store has. */
    public static final String FIRST_POOL = "rbd";

    private final StoreDirectory directory;
    private final MigrationStore store;
    private final SecretFile secrets;
    private final Map<Path, BlockStore> locals;
    private @Nullable KeptSecrets keptSecrets;
    private @Nullable SourceFactory sources;
    private @Nullable Mover mover;
    private volatile Publisher publisher = Publisher.NONE;

    /**
     * @param directory where the store keeps its files
     * @param opener opens the store; gets what opens the sources of its imports, and must not use it before it returns
     */
    public Engine(StoreDirectory directory, Function<SourceOpener, MigrationStore> opener) {
        this.directory = directory;
        this.secrets = new SecretFile(directory.secretFile());
        this.store = opener.apply(description -> sources().open(description));
        this.locals = Map.of(directory.path(), store);
        if (store.pools().isEmpty()) {
            store.createPool(FIRST_POOL);
        }
    }

    private Engine(CephConfig cluster, StoreDirectory home, Map<Path, BlockStore> locals) {
        this.locals = locals;
        CephStore connected = CephStore.open(
                cluster, description -> sources().open(description), source -> publisher.publish(source));
        this.directory = home;
        this.secrets = new SecretFile(home.secretFile(connected.fsid()));
        this.store = connected;
    }

    /** Opens the local store in a directory, whose lock the caller holds. */
    public static Engine open(StoreDirectory directory) {
        return new Engine(directory, sources -> LocalStore.open(directory.path(), sources));
    }

    /**
     * Connects to a cluster. Nobody owns it, so that any number of processes can.
     *
     * @param home what keeps receipts, keys and secrets on this host; made when it is needed
     */
    public static Engine open(CephConfig cluster, StoreDirectory home) {
        return new Engine(cluster, home, Map.of());
    }

    /** Connects to a cluster, whose moves can have images of this store as sources; to be closed before this. */
    public Engine connect(CephConfig cluster) {
        return new Engine(cluster, directory, locals);
    }

    /** The store. */
    public MigrationStore store() {
        return store;
    }

    /**
     * Where files on this host are: those of a local store; for a cluster receipts, keys and secrets alone, beside the
     * local store that this host may have, too.
     */
    public StoreDirectory directory() {
        return directory;
    }

    /** @throws BlockException {@link Problem#UNSUPPORTED} when the store is a cluster */
    public void requireLocal() {
        if (store instanceof CephStore) {
            throw new BlockException(Problem.UNSUPPORTED, "this works on local stores only, not on a Ceph cluster");
        }
    }

    /** How messages call the store. */
    public String name() {
        return store instanceof CephStore ? "ceph" : directory.path().toString();
    }

    /** Whether images read the sources of their migrations over HTTP, because others than this program open them. */
    public boolean servesSources() {
        return store instanceof CephStore;
    }

    /** From now on images that are to be used while librbd fills them read their sources from there. */
    public void publishThrough(Publisher http) {
        publisher = http;
    }

    /** Opens sources, those in the store itself included. */
    public synchronized SourceFactory sources() {
        SourceFactory made = sources;
        if (made == null) {
            made = new SourceFactory(new NativeSources(store, locals), secrets, RemoteOptions.DEFAULT);
            sources = made;
        }
        return made;
    }

    /** The secrets of the store. */
    public SecretFile secrets() {
        return secrets;
    }

    /** The secrets that migrations were given. */
    public synchronized KeptSecrets keptSecrets() {
        KeptSecrets made = keptSecrets;
        if (made == null) {
            made = new KeptSecrets(secrets, store);
            keptSecrets = made;
        }
        return made;
    }

    /** Moves disks into the store. */
    public synchronized Mover mover() {
        Mover made = mover;
        if (made == null) {
            ReceiptStatement.Actor actor = new ReceiptStatement.Actor(hostName(), System.getProperty("user.name"));
            Receipts receipts = new Receipts(directory.path(), "berth " + Version.current(), actor);
            SourceFactory factory = sources();
            made = new Mover(store, factory, receipts, space(), TimeSource.SYSTEM);
            mover = made;
        }
        return made;
    }

    /** Looks for damage in the store. @throws BlockException {@link Problem#UNSUPPORTED} when it is no local store */
    public Integrity integrity() {
        if (store instanceof LocalStore local) {
            return local.integrity();
        }
        throw new BlockException(Problem.UNSUPPORTED, "only local stores can be checked");
    }

    private SpaceProbe space() {
        return store instanceof CephStore ceph ? ceph::availableBytes : _ -> usableBytes();
    }

    private OptionalLong usableBytes() {
        try {
            return OptionalLong.of(Files.getFileStore(directory.path()).getUsableSpace());
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    private static String hostName() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            return "localhost";
        }
    }

    @Override
    public void close() {
        store.close();
    }
}
