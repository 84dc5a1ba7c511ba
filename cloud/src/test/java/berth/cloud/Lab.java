package berth.cloud;

import berth.block.Access;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.libvirt.DiskUse;
import berth.libvirt.NbdExport;
import berth.local.LocalStore;
import berth.migration.Mover;
import berth.migration.ReceiptStatement;
import berth.migration.Receipts;
import berth.migration.SpaceProbe;
import berth.migration.TimeSource;
import berth.source.NativeResolver;
import berth.source.SourceFactory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** A local store with a mover of instances, and a copy of the sample instance. */
final class Lab implements AutoCloseable {
    static final UUID INSTANCE = UUID.fromString("49704562-e043-47fa-affb-b4e9f1ff1359");
    static final ImageSpec IMAGE = new ImageSpec("vms", INSTANCE + "_disk");

    /** The instances that "libvirt" knows to be running. */
    final Map<UUID, String> running = new ConcurrentHashMap<>();

    private final Path directory;
    private LocalStore store;
    private Mover mover;
    private InstanceMover instances;

    /** @param directory an empty directory */
    Lab(Path directory) throws IOException {
        this.directory = directory.toRealPath();
        Files.createDirectory(storeDirectory());
        copyTree(sample(), instancesDirectory());
        open();
    }

    private static Path sample() {
        Path path = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(path.resolve("samples"))) {
            path = path.getParent();
        }
        return path.resolve("samples/instances");
    }

    /** Where Nova's instance directories are. */
    Path instancesDirectory() {
        return directory.resolve("instances");
    }

    /** The sample instance. */
    Path instance() {
        return instancesDirectory().resolve(INSTANCE.toString());
    }

    Path storeDirectory() {
        return directory.resolve("store");
    }

    Destination destination() {
        return new Destination(
                storeDirectory().resolve("instances"),
                Optional.of(new NbdExport.UnixSocket(Path.of("/run/berth/nbd.sock"))));
    }

    LocalStore store() {
        return store;
    }

    Mover mover() {
        return mover;
    }

    InstanceMover instances() {
        return instances;
    }

    /** Closes the store and opens it again, as another process would. */
    void reopen() {
        store.close();
        open();
    }

    private void open() {
        SourceFactory sources = new SourceFactory(NativeResolver.NONE);
        store = LocalStore.open(storeDirectory(), sources);
        ReceiptStatement.Actor actor = new ReceiptStatement.Actor("host", "user");
        mover = new Mover(
                store,
                sources,
                new Receipts(storeDirectory(), "berth test", actor),
                SpaceProbe.UNKNOWN,
                TimeSource.SYSTEM);
        Domains domains = uuid -> Optional.ofNullable(running.get(uuid)).map(DiskUse.DomainActive::new);
        instances = new InstanceMover(store, mover, sources, domains, destination());
    }

    /** Makes another instance from the sample. */
    Path addInstance(UUID uuid) throws IOException {
        Path added = instancesDirectory().resolve(uuid.toString());
        copyTree(instance(), added);
        for (String name : new String[] {"libvirt.xml", "disk.info"}) {
            Path file = added.resolve(name);
            Files.writeString(file, Files.readString(file).replace(INSTANCE.toString(), uuid.toString()));
        }
        return added;
    }

    /** All bytes of an image from {@code offset} on. */
    byte[] read(ImageSpec spec, long offset, int length) {
        try (Image image = store.open(spec, Access.READ_ONLY)) {
            ByteBuffer bytes = ByteBuffer.allocate(length);
            image.read(offset, bytes);
            return bytes.array();
        }
    }

    /** Each file under the instances' directory with its size, times and content's hash: to show that none changed. */
    Map<String, String> fingerprint() throws IOException {
        Map<String, String> prints = new TreeMap<>();
        Files.walkFileTree(instancesDirectory(), new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                int hash = Arrays.hashCode(Files.readAllBytes(file));
                prints.put(file.toString(), attributes.size() + " " + attributes.lastModifiedTime() + " " + hash);
                return FileVisitResult.CONTINUE;
            }
        });
        return prints;
    }

    private static void copyTree(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) throws IOException {
                Files.createDirectories(to.resolve(from.relativize(dir).toString()));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @Override
    public void close() {
        store.close();
    }
}
