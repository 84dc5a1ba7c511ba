package berth.libvirt;

import java.util.Locale;
import java.util.Optional;

/** The formats that Nova notes for the disks of an instance. */
public enum DiskFormat {
    /** The bytes of the disk, one to one. */
    RAW,
    /** QEMU's copy-on-write format. */
    QCOW2;

    /** The format of that name as {@code disk.info} and domain XML have it; empty for any other. */
    public static Optional<DiskFormat> of(String name) {
        return switch (name) {
            case "raw" -> Optional.of(RAW);
            case "qcow2" -> Optional.of(QCOW2);
            default -> Optional.empty();
        };
    }

    /** The name as {@code disk.info} and domain XML have it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
