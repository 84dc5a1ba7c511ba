package berth.source.spec;

import java.util.Optional;

/** The formats of disks in streams. */
public enum DiskFormat {
    /** The disk's bytes as they are. */
    RAW("raw"),
    /** qcow (version 1) and qcow2 (versions 2 and 3); the image itself says which. */
    QCOW("qcow");

    private final String key;

    DiskFormat(String key) {
        this.key = key;
    }

    /** The name in a {@code source-spec}. */
    public String key() {
        return key;
    }

    /** The format of a name, as a {@code source-spec} or QEMU has it. */
    public static Optional<DiskFormat> named(String name) {
        return switch (name) {
            case "raw" -> Optional.of(RAW);
            case "qcow", "qcow2" -> Optional.of(QCOW);
            default -> Optional.empty();
        };
    }
}
