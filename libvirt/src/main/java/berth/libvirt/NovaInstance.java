package berth.libvirt;

import berth.block.BlockException;
import berth.block.Problem;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * An instance directory as {@code nova-compute} keeps it on local storage.
 *
 * @param directory the directory, absolute, without symbolic links
 * @param uuid the instance's UUID
 * @param disks its disks by name; the root disk {@code disk} comes first
 * @param domain the domain, if its XML is there
 */
public record NovaInstance(Path directory, UUID uuid, List<NovaDisk> disks, Optional<DomainXml> domain) {
    /** The domain's file in an instance directory; newer Nova keeps the domain with libvirt alone. */
    public static final String DOMAIN_FILE = "libvirt.xml";

    /** The most disks of an instance; libvirt and Nova allow fewer than 30 on common buses. */
    private static final int MAX_DISKS = 64;

    private static final Pattern DISK_NAME = Pattern.compile("disk(\\.(local|swap|config|eph\\d{1,3}))?");

    public NovaInstance {
        disks = List.copyOf(disks);
    }

    /**
     * What the caller knows better than the directory.
     *
     * @param formats formats by disk name, for disks that {@code disk.info} does not mention
     * @param domainXml the domain's XML when it is not in the directory
     */
    public record Hints(Map<String, DiskFormat> formats, Optional<Path> domainXml) {
        /** Nothing is known. */
        public static final Hints NONE = new Hints(Map.of(), Optional.empty());

        public Hints {
            formats = Map.copyOf(formats);
        }
    }

    /**
     * Reads an instance directory. Nothing in it is changed, and no disk is opened.
     *
     * @throws BlockException {@link Problem#SOURCE_NOT_FOUND} when there is no such directory or no disk in it,
     *     {@link Problem#INVALID_ARGUMENT} when the UUID or a format is not known, {@link Problem#MALFORMED},
     *     {@link Problem#FORBIDDEN} when a disk lies outside of the directory, {@link Problem#IO}
     */
    public static NovaInstance read(Path path, Hints hints) {
        Path directory = directory(path);
        Optional<DomainXml> domain = domain(directory, hints);
        UUID uuid = uuid(directory, domain);
        DiskInfo info = DiskInfo.read(directory);
        List<NovaDisk> disks = new ArrayList<>();
        for (Path file : diskFiles(directory)) {
            String name = file.getFileName().toString();
            DiskFormat format = format(file, uuid, info, hints);
            domain.ifPresent(xml -> checkAgainst(xml, uuid, name, format));
            disks.add(new NovaDisk(name, file, format));
        }
        return new NovaInstance(directory, uuid, disks, domain);
    }

    /**
     * The disk of the domain that a file of the instance is, going by the file's name and its directory's, which is the
     * instance's UUID wherever the instances are.
     */
    public static Optional<DomainDisk> domainDisk(DomainXml domain, UUID instance, String name) {
        return domain.disks().stream()
                .filter(DomainDisk::isFile)
                .filter(disk -> disk.source()
                        .filter(file -> file.endsWith("/" + instance + "/" + name))
                        .isPresent())
                .findFirst();
    }

    /** Whether Nova calls a disk of an instance so. */
    public static boolean isDiskName(String name) {
        return DISK_NAME.matcher(name).matches();
    }

    private static Path directory(Path path) {
        try {
            Path real = path.toRealPath();
            if (!Files.isDirectory(real)) {
                throw new BlockException(
                        Problem.SOURCE_NOT_FOUND,
                        path + " is no instance directory; name the directory that holds the file 'disk'");
            }
            return real;
        } catch (IOException e) {
            throw new BlockException(Problem.SOURCE_NOT_FOUND, "there is no instance directory " + path, e);
        }
    }

    private static Optional<DomainXml> domain(Path directory, Hints hints) {
        if (hints.domainXml().isPresent()) {
            return Optional.of(DomainXml.read(hints.domainXml().get()));
        }
        Path file = directory.resolve(DOMAIN_FILE);
        return Files.notExists(file) ? Optional.empty() : Optional.of(DomainXml.read(file));
    }

    private static UUID uuid(Path directory, Optional<DomainXml> domain) {
        Optional<UUID> byName = Optional.ofNullable(directory.getFileName()).flatMap(n -> Uuids.parse(n.toString()));
        Optional<UUID> byDomain = domain.flatMap(DomainXml::uuid);
        if (byName.isPresent() && byDomain.isPresent() && !byName.equals(byDomain)) {
            throw new BlockException(
                    Problem.INVALID_ARGUMENT,
                    "the directory is called " + byName.get() + ", but its domain has the UUID " + byDomain.get()
                            + "; name the right domain XML");
        }
        return byDomain.or(() -> byName)
                .orElseThrow(() -> new BlockException(
                        Problem.INVALID_ARGUMENT,
                        "the UUID of the instance in " + directory + " is not known: the directory's name is none, and"
                                + " there is no " + DOMAIN_FILE + " with one; name the domain XML"));
    }

    private static List<Path> diskFiles(Path directory) {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, "disk*")) {
            for (Path entry : entries) {
                if (isDiskName(entry.getFileName().toString())) {
                    files.add(checkInside(directory, entry));
                }
                if (files.size() > MAX_DISKS) {
                    throw new BlockException(
                            Problem.UNSUPPORTED, directory + " holds more than " + MAX_DISKS + " disks");
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw new BlockException(Problem.IO, "cannot list " + directory + ": " + e.getMessage(), e);
        }
        if (files.isEmpty()) {
            throw new BlockException(
                    Problem.SOURCE_NOT_FOUND, "there is no disk in " + directory + ": it holds no file 'disk'");
        }
        files.sort(null); // "disk" is a prefix of all other names and comes first
        return files;
    }

    private static Path checkInside(Path directory, Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new BlockException(Problem.UNSUPPORTED, file + " is no regular file");
        }
        if (!directory.equals(file.toRealPath().getParent())) {
            throw new BlockException(
                    Problem.FORBIDDEN,
                    file + " is a symbolic link to " + file.toRealPath() + ", outside of the instance directory");
        }
        return file;
    }

    private static DiskFormat format(Path file, UUID uuid, DiskInfo info, Hints hints) {
        String name = file.getFileName().toString();
        Optional<DiskFormat> noted = info.format(file, uuid);
        Optional<DiskFormat> said = Optional.ofNullable(hints.formats().get(name));
        if (noted.isPresent() && said.isPresent() && !noted.equals(said)) {
            throw new BlockException(
                    Problem.INVALID_ARGUMENT,
                    DiskInfo.FILE + " says that " + name + " is " + noted.get() + ", not " + said.get());
        }
        return noted.or(() -> said)
                .orElseThrow(() -> new BlockException(
                        Problem.INVALID_ARGUMENT,
                        "the format of " + file + " is not known: " + DiskInfo.FILE + " does not name it, and it is not"
                                + " guessed from the disk, which the guest can write; say it with --disk-format "
                                + name + "=qcow2 or --disk-format " + name + "=raw"));
    }

    private static void checkAgainst(DomainXml domain, UUID instance, String name, DiskFormat format) {
        Optional<String> inDomain = domainDisk(domain, instance, name).flatMap(DomainDisk::format);
        if (inDomain.isPresent() && !inDomain.get().equals(format.toString())) {
            throw new BlockException(
                    Problem.INVALID_ARGUMENT,
                    "the domain has " + name + " as " + inDomain.get() + ", but it is said to be " + format
                            + "; correct the one that is wrong");
        }
    }
}
