package berth.libvirt;

import java.nio.file.Path;

/**
 * A disk of a Nova instance.
 *
 * @param name the file's name: {@code disk}, {@code disk.local}, {@code disk.swap}, {@code disk.eph0}, ...
 *     {@code disk.config}; with Nova on RBD the image is called {@code <uuid>_<name>}
 * @param file where it is, absolute
 * @param format what Nova or the caller said it is; never found out from its bytes
 */
public record NovaDisk(String name, Path file, DiskFormat format) {}
