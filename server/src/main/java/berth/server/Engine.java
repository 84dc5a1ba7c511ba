package berth.server;

import berth.block.BlockException;
import berth.block.BlockStore;
import berth.block.MigrationStore;
import berth.block.Problem;
import berth.block.SourceOpener;
import berth.ceph.CephConfig;
import berth.ceph.CephStore;
import berth.local.Integrity;
import berth.local.LocalStore;
import berth.migration.Mover;
import berth.migration.ReceiptStatement;
import berth.migration.Receipts;
import berth.migration.TimeSource;
import berth.source.SourceFactory;
import berth.source.remote.RemoteOptions;
import berth.source.secret.SecretStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
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

    private final Optional<StoreDirectory> directory;
    private final BlockStore store;
    private final Optional<SecretFile> secrets;
    private @Nullable KeptSecrets keptSecrets;
    private @Nullable SourceFactory sources;
    private @Nullable Mover mover;

    /**
     * @param directory where the store keeps its files
     * @param opener opens the store; gets what opens the sources of its imports, and must not use it before it returns
     */
    public Engine(StoreDirectory directory, Function<SourceOpener, MigrationStore> opener) {
        this.directory = Optional.of(directory);
        this.secrets = Optional.of(new SecretFile(directory.secretFile()));
        this.store = opener.apply(description -> sources().open(description));
        if (store.pools().isEmpty()) {
            store.createPool(FIRST_POOL);
        }
    }

    private Engine(CephStore store) {
        this.directory = Optional.empty();
        this.secrets = Optional.empty();
        this.store = store;
    }

    /** Opens the local store in a directory, whose lock the caller holds. */
    public static Engine open(StoreDirectory directory) {
        return new Engine(directory, sources -> LocalStore.open(directory.path(), sources));
    }

    /** Connects to a cluster. Nobody owns it, so that any number of processes can. */
    public static Engine open(CephConfig cluster) {
        return new Engine(CephStore.open(cluster));
    }

    /** The store. */
    public BlockStore store() {
        return store;
    }

    /** The store, when images can be moved into it. @throws BlockException {@link Problem#UNSUPPORTED} when not */
    public MigrationStore migrations() {
        if (store instanceof MigrationStore migrations) {
            return migrations;
        }
        throw new BlockException(
                Problem.UNSUPPORTED, "this version cannot move images into a Ceph cluster while in use");
    }

    /** Where the store keeps its files. @throws BlockException {@link Problem#UNSUPPORTED} when it is a cluster */
    public StoreDirectory directory() {
        return directory.orElseThrow(Engine::noDirectory);
    }

    private static BlockException noDirectory() {
        return new BlockException(
                Problem.UNSUPPORTED, "a Ceph cluster has no directory on this host; this works on local stores only");
    }

    /** How messages call the store. */
    public String name() {
        return directory.map(place -> place.path().toString()).orElse("ceph");
    }

    /** Opens sources, those in the store itself included. */
    public synchronized SourceFactory sources() {
        SourceFactory made = sources;
        if (made == null) {
            made = new SourceFactory(
                    new NativeSources(store),
                    secrets.<SecretStore>map(kept -> kept).orElse(SecretStore.NONE),
                    RemoteOptions.DEFAULT);
            sources = made;
        }
        return made;
    }

    /**
     * The secrets of the store.
     *
     * @throws BlockException {@link Problem#UNSUPPORTED} when it is a cluster
     */
    public SecretFile secrets() {
        return secrets.orElseThrow(Engine::noDirectory);
    }

    /** The secrets that migrations were given. */
    public synchronized KeptSecrets keptSecrets() {
        KeptSecrets made = keptSecrets;
        if (made == null) {
            made = new KeptSecrets(secrets(), migrations());
            keptSecrets = made;
        }
        return made;
    }

    /** Moves disks into the store. */
    public synchronized Mover mover() {
        Mover made = mover;
        if (made == null) {
            ReceiptStatement.Actor actor = new ReceiptStatement.Actor(hostName(), System.getProperty("user.name"));
            Receipts receipts = new Receipts(directory().path(), "berth " + Version.current(), actor);
            SourceFactory factory = sources();
            made = new Mover(migrations(), factory, receipts, _ -> usableBytes(), TimeSource.SYSTEM);
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

    private OptionalLong usableBytes() {
        try {
            return OptionalLong.of(Files.getFileStore(directory().path()).getUsableSpace());
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
