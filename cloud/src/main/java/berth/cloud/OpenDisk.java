package berth.cloud;

import berth.block.BlockException;
import berth.block.Problem;
import berth.libvirt.ImageLock;
import berth.libvirt.NovaDisk;
import berth.source.DiskSource;
import berth.source.SourceFactory;
import berth.source.spec.DiskFormat;
import berth.source.spec.FileDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A disk of an instance, open with all its backing files; while it is open, QEMU lets nobody write to them. */
public final class OpenDisk implements AutoCloseable {
    /** Where Nova keeps the images that overlays lie on: beside the instance directories. */
    private static final String BASE = "_base";

    private static final Path NOVA_BASE = Path.of("/var/lib/nova/instances", BASE);

    private final NovaDisk disk;
    private final DiskSource source;
    private final List<ImageLock> locks;

    private OpenDisk(NovaDisk disk, DiskSource source, List<ImageLock> locks) {
        this.disk = disk;
        this.source = source;
        this.locks = locks;
    }

    /**
     * Opens a disk and keeps writers away from it.
     *
     * @param directory the instance's directory
     * @param backingDirectories where backing files may be, besides that directory and Nova's {@code _base}
     * @throws BlockException {@link Problem#IMAGE_IN_USE} when someone writes to one of its files, and what opening a
     *     source can throw
     */
    public static OpenDisk open(Path directory, NovaDisk disk, List<Path> backingDirectories, SourceFactory sources) {
        DiskFormat format =
                switch (disk.format()) {
                    case RAW -> DiskFormat.RAW;
                    case QCOW2 -> DiskFormat.QCOW;
                };
        FileDisk file = new FileDisk(disk.file(), format, allowed(directory, backingDirectories), List.of());
        List<ImageLock> locks = new ArrayList<>();
        try {
            // First the overlay alone: what is read of it on opening must not change any more.
            locks.add(ImageLock.acquire(disk.file()));
            DiskSource source = open(sources, file);
            try {
                files(source).skip(1).forEach(path -> locks.add(ImageLock.acquire(path)));
            } catch (RuntimeException e) {
                source.close();
                throw e;
            }
            return new OpenDisk(disk, source, locks);
        } catch (RuntimeException e) {
            locks.forEach(ImageLock::close);
            throw e;
        }
    }

    private static DiskSource open(SourceFactory sources, FileDisk file) {
        if (sources.open(file.toSpec()) instanceof DiskSource source) {
            return source;
        }
        throw new IllegalStateException("a disk in files is not opened as one: " + file);
    }

    private static List<Path> allowed(Path directory, List<Path> more) {
        List<Path> allowed = new ArrayList<>();
        allowed.add(directory);
        Stream.of(directory.resolveSibling(BASE), NOVA_BASE)
                .filter(Files::isDirectory)
                .forEach(allowed::add);
        allowed.addAll(more);
        return allowed;
    }

    private static Stream<Path> files(DiskSource source) {
        return source.files().stream()
                .flatMap(file -> Stream.concat(Stream.of(file.file()), file.dataFile().stream()))
                .map(Path::of);
    }

    NovaDisk disk() {
        return disk;
    }

    /** What is read; closed with this disk. */
    public DiskSource source() {
        return source;
    }

    /**
     * Whether a validator of the source, {@code FILE mtime_ns}, is the modification time of a backing file. Nova touches
     * the files in {@code _base} as long as instances use them, because its image cache goes by their age; what is in
     * them does not change.
     */
    boolean isBackingTime(String validator) {
        return source.files().stream().skip(1).anyMatch(file -> validator.equals(file.file() + " mtime_ns"));
    }

    @Override
    public void close() {
        locks.forEach(ImageLock::close);
        source.close();
    }
}
