package berth.source.spec;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/** Prints specs as RBD does: no spaces, keys in order. */
final class SpecPrinter {
    private static final JsonMapper MAPPER = new JsonMapper();

    private SpecPrinter() {}

    static String print(SourceSpec spec) {
        return MAPPER.writeValueAsString(json(spec));
    }

    private static Map<String, Object> json(SourceSpec spec) {
        return switch (spec) {
            case RawSpec raw -> raw(raw);
            case QcowSpec qcow -> qcow(qcow);
            case NativeSpec image -> image(image);
        };
    }

    private static Map<String, Object> raw(RawSpec raw) {
        Map<String, Object> json = formatted(SpecKeys.RAW, raw.stream());
        if (!raw.snapshots().isEmpty()) {
            json.put(
                    SpecKeys.SNAPSHOTS,
                    raw.snapshots().stream().map(SpecPrinter::snapshot).toList());
        }
        return json;
    }

    private static Map<String, Object> snapshot(RawSpec.Snapshot snapshot) {
        Map<String, Object> json = formatted(SpecKeys.RAW, snapshot.stream());
        json.put(SpecKeys.NAME, snapshot.name());
        return json;
    }

    private static Map<String, Object> qcow(QcowSpec qcow) {
        Map<String, Object> json = formatted(SpecKeys.QCOW, qcow.stream());
        List<String> formats =
                qcow.backingFormats().stream().map(DiskFormat::key).toList();
        if (!formats.isEmpty()) {
            json.put(SpecKeys.BACKING_FORMAT, formats.size() == 1 ? formats.getFirst() : formats);
        }
        qcow.backingAllow()
                .ifPresent(allow -> json.put(
                        SpecKeys.BACKING_ALLOW,
                        allow.stream().map(Path::toString).toList()));
        qcow.backing().ifPresent(backing -> json.put(SpecKeys.BACKING, json(backing)));
        return json;
    }

    private static Map<String, Object> image(NativeSpec image) {
        Map<String, Object> json = new TreeMap<>();
        json.put(SpecKeys.TYPE, SpecKeys.NATIVE);
        image.poolName().ifPresent(name -> json.put(SpecKeys.POOL_NAME, name));
        image.poolId().ifPresent(id -> json.put(SpecKeys.POOL_ID, id));
        image.namespace().ifPresent(name -> json.put(SpecKeys.POOL_NAMESPACE, name));
        json.put(SpecKeys.IMAGE_NAME, image.imageName());
        image.imageId().ifPresent(id -> json.put(SpecKeys.IMAGE_ID, id));
        image.snapName().ifPresent(name -> json.put(SpecKeys.SNAP_NAME, name));
        image.snapId().ifPresent(id -> json.put(SpecKeys.SNAP_ID, id));
        image.store().ifPresent(store -> put(json, store));
        if (image.asDisk()) {
            json.put(SpecKeys.SNAP_AS_DISK, true);
        }
        return json;
    }

    private static void put(Map<String, Object> json, StoreName store) {
        switch (store) {
            case StoreName.Local(Path directory) -> json.put(SpecKeys.STORE, directory.toString());
            case StoreName.Cluster cluster -> {
                Map<String, Object> named = new TreeMap<>();
                cluster.configurationFile().ifPresent(file -> named.put(SpecKeys.CONF, file.toString()));
                cluster.user().ifPresent(id -> named.put(SpecKeys.ID, id));
                cluster.keyring().ifPresent(file -> named.put(SpecKeys.KEYRING, file.toString()));
                json.put(SpecKeys.CLUSTER, named);
            }
        }
    }

    private static Map<String, Object> formatted(String format, StreamSpec stream) {
        Map<String, Object> json = new TreeMap<>();
        json.put(SpecKeys.TYPE, format);
        json.put(SpecKeys.STREAM, StreamPrinter.json(stream));
        return json;
    }
}
