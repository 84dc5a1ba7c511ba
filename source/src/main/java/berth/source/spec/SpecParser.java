package berth.source.spec;

import berth.block.BlockException;
import berth.block.Names;
import berth.block.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads {@code source-spec}s. Safe for use by several threads. */
public final class SpecParser {
    /** The longest spec, in characters. */
    public static final int MAX_LENGTH = 1 << 20;

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final Path workingDirectory;

    /** @param workingDirectory what relative paths in a spec are relative to */
    public SpecParser(Path workingDirectory) {
        this.workingDirectory = workingDirectory.toAbsolutePath();
    }

    /**
     * Reads a spec. Snapshots without a name get a random one.
     *
     * @throws BlockException {@link Problem#MALFORMED} (EBADMSG) when it is not JSON; {@link Problem#INVALID_ARGUMENT} for
     *     keys that are missing or of the wrong kind; {@link Problem#UNKNOWN_TYPE} (ENOSYS) for unknown formats and
     *     streams
     */
    public SourceSpec parse(String json) {
        SpecObject spec = new SpecObject(object(json), "the source-spec");
        String type = type(spec, "format");
        return switch (type) {
            case SpecKeys.NATIVE -> image(spec);
            case SpecKeys.RAW -> raw(spec);
            case SpecKeys.QCOW, SpecKeys.QCOW2 -> qcow(spec);
            default -> throw unknown("format", type);
        };
    }

    private static JsonNode object(String json) {
        if (json.length() > MAX_LENGTH) {
            throw new BlockException(
                    Problem.INVALID_ARGUMENT, "source-spec: it has more than " + MAX_LENGTH + " characters");
        }
        JsonNode node;
        try {
            node = MAPPER.readTree(json);
        } catch (JacksonException e) {
            // Neither its message nor the exception itself: both may repeat a secret.
            String place = "line " + e.getLocation().getLineNr() + ", column "
                    + e.getLocation().getColumnNr();
            throw new BlockException(Problem.MALFORMED, "invalid source-spec JSON: it cannot be read at " + place);
        }
        if (!node.isObject()) {
            throw new BlockException(Problem.MALFORMED, "invalid source-spec JSON: it is not an object");
        }
        return node;
    }

    private static String type(SpecObject object, String what) {
        return object.string(SpecKeys.TYPE)
                .orElseThrow(() -> object.invalid(
                        "failed to locate " + what + " type value: there is no 'type' key in " + object.what()));
    }

    private static BlockException unknown(String what, String type) {
        return new BlockException(
                Problem.UNKNOWN_TYPE, "source-spec: unknown or unsupported " + what + " type '" + type + "'");
    }

    private RawSpec raw(SpecObject spec) {
        List<RawSpec.Snapshot> snapshots = new ArrayList<>();
        for (SpecObject snapshot : spec.objects(SpecKeys.SNAPSHOTS)) {
            String type = type(snapshot, "snapshot format");
            if (!type.equals(SpecKeys.RAW)) {
                throw unknown("snapshot format", type);
            }
            String name = snapshot.string(SpecKeys.NAME)
                    .filter(given -> !given.isEmpty())
                    .orElseGet(() -> UUID.randomUUID().toString());
            snapshots.add(new RawSpec.Snapshot(Names.check("snapshot", name), stream(snapshot)));
        }
        checkDistinct(spec, snapshots);
        return new RawSpec(stream(spec), snapshots);
    }

    private static void checkDistinct(SpecObject spec, List<RawSpec.Snapshot> snapshots) {
        List<String> names =
                snapshots.stream().map(RawSpec.Snapshot::name).sorted().toList();
        for (int i = 1; i < names.size(); i++) {
            if (names.get(i).equals(names.get(i - 1))) {
                throw spec.invalid("two snapshots have the name '" + names.get(i) + "'");
            }
        }
    }

    private QcowSpec qcow(SpecObject spec) {
        List<String> formats = spec.isString(SpecKeys.BACKING_FORMAT)
                ? List.of(spec.requiredString(SpecKeys.BACKING_FORMAT))
                : spec.strings(SpecKeys.BACKING_FORMAT);
        Optional<List<Path>> allow = spec.has(SpecKeys.BACKING_ALLOW)
                ? Optional.of(spec.strings(SpecKeys.BACKING_ALLOW).stream()
                        .map(directory -> spec.path(SpecKeys.BACKING_ALLOW, directory, workingDirectory))
                        .toList())
                : Optional.empty();
        return new QcowSpec(
                stream(spec),
                formats.stream().map(SpecParser::backingFormat).toList(),
                allow,
                spec.object(SpecKeys.BACKING).map(this::backing));
    }

    private static DiskFormat backingFormat(String name) {
        return DiskFormat.named(name).orElseThrow(() -> unknown("backing format", name));
    }

    private StreamSpec stream(SpecObject format) {
        SpecObject stream = format.object(SpecKeys.STREAM)
                .orElseThrow(() ->
                        format.invalid("failed to locate stream object: there is no 'stream' key in " + format.what()));
        String type = type(stream, "stream");
        return new StreamParser(stream, workingDirectory).parse(type).orElseThrow(() -> unknown("stream", type));
    }

    /** The disk below an image; one of its points in time alone can be there. */
    private DiskSpec backing(SpecObject spec) {
        String type = type(spec, "backing format");
        return switch (type) {
            case SpecKeys.RAW -> new RawSpec(stream(spec), List.of());
            case SpecKeys.QCOW, SpecKeys.QCOW2 -> qcow(spec);
            default -> throw unknown("backing format", type);
        };
    }

    private NativeSpec image(SpecObject spec) {
        NativeSpec image = new NativeSpec(
                spec.string(SpecKeys.POOL_NAME),
                spec.number(SpecKeys.POOL_ID),
                spec.string(SpecKeys.POOL_NAMESPACE),
                spec.requiredString(SpecKeys.IMAGE_NAME),
                spec.string(SpecKeys.IMAGE_ID),
                spec.string(SpecKeys.SNAP_NAME),
                spec.number(SpecKeys.SNAP_ID),
                store(spec),
                spec.flag(SpecKeys.SNAP_AS_DISK, false));
        if (image.poolName().isPresent() && image.poolId().isPresent()) {
            throw spec.invalid("cannot specify both pool name and pool id");
        }
        if (image.poolName().isEmpty() && image.poolId().isEmpty()) {
            throw spec.missing(SpecKeys.POOL_NAME);
        }
        if (image.snapName().isPresent() && image.snapId().isPresent()) {
            throw spec.invalid("cannot specify both snap name and snap id");
        }
        if (image.snapName().isEmpty() && image.snapId().isEmpty()) {
            throw spec.invalid("snapshot required for import: there is no 'snap_name' key in " + spec.what());
        }
        return image;
    }

    private Optional<StoreName> store(SpecObject spec) {
        Optional<SpecObject> cluster = spec.object(SpecKeys.CLUSTER);
        Optional<Path> directory = path(spec, SpecKeys.STORE);
        if (cluster.isPresent() && directory.isPresent()) {
            throw spec.invalid("cannot specify both a cluster and a store");
        }
        return cluster.<StoreName>map(named -> new StoreName.Cluster(
                        path(named, SpecKeys.CONF), named.string(SpecKeys.ID), path(named, SpecKeys.KEYRING)))
                .or(() -> directory.map(StoreName.Local::new));
    }

    private Optional<Path> path(SpecObject spec, String key) {
        return spec.string(key).map(text -> spec.path(key, text, workingDirectory));
    }
}
