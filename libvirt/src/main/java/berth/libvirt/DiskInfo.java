package berth.libvirt;

import berth.block.BlockException;
import berth.block.Problem;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Nova's {@code disk.info}: a JSON object that maps the absolute path of each disk to its format. Nova writes it so that
 * a guest cannot change the format of its disk by writing another format's header into it.
 */
final class DiskInfo {
    /** The file's name in an instance directory. */
    static final String FILE = "disk.info";

    private static final int MAX_BYTES = 64 << 10;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Path file;
    private final Map<Path, String> formats;

    private DiskInfo(Path file, Map<Path, String> formats) {
        this.file = file;
        this.formats = formats;
    }

    /** Reads the file; without one, no format is known. @throws BlockException {@link Problem#MALFORMED} */
    static DiskInfo read(Path directory) {
        Path file = directory.resolve(FILE);
        if (Files.notExists(file)) {
            return new DiskInfo(file, Map.of());
        }
        Map<Path, String> formats = new HashMap<>();
        try {
            JsonNode root = JSON.readTree(BoundedFile.read(file, MAX_BYTES));
            if (!root.isObject()) {
                throw new BlockException(Problem.MALFORMED, file + " is no JSON object of paths and formats");
            }
            for (Map.Entry<String, JsonNode> entry : root.properties()) {
                formats.put(
                        Path.of(entry.getKey()).normalize(), entry.getValue().asString());
            }
        } catch (JacksonException | InvalidPathException e) {
            throw new BlockException(Problem.MALFORMED, "cannot read " + file + ": " + e.getMessage(), e);
        }
        return new DiskInfo(file, formats);
    }

    /**
     * The format noted for a disk, by its path or, where the instance directory was copied elsewhere, by the path's last
     * two parts, which are the instance's UUID and the name.
     *
     * @throws BlockException {@link Problem#UNSUPPORTED} for a format that Nova's local disks do not have
     */
    Optional<DiskFormat> format(Path disk, UUID uuid) {
        String noted = formats.get(disk);
        if (noted == null) {
            Path end = Path.of(uuid.toString(), disk.getFileName().toString());
            noted = formats.entrySet().stream()
                    .filter(entry -> entry.getKey().endsWith(end))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElse(null);
        }
        if (noted == null) {
            return Optional.empty();
        }
        Optional<DiskFormat> format = DiskFormat.of(noted);
        if (format.isEmpty()) {
            throw new BlockException(
                    Problem.UNSUPPORTED,
                    file + " says that " + disk.getFileName() + " is '" + noted + "'; only raw and qcow2 can be read");
        }
        return format;
    }
}
