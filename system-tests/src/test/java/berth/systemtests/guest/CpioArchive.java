package berth.systemtests.guest;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Builds an archive in the "newc" form of cpio, which the Linux kernel unpacks as its initial file system.
 *
 * @see <a href="https://docs.kernel.org/driver-api/early-userspace/buffer-format.html">initramfs buffer format</a>
 */
final class CpioArchive {
    private static final int DIRECTORY = 0040000;
    private static final int CHARACTER_DEVICE = 0020000;
    private static final int REGULAR_FILE = 0100000;
    private static final int SYMBOLIC_LINK = 0120000;
    private static final int ALIGNMENT = 4;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private int inode = 1;

    CpioArchive directory(String name) {
        return entry(name, DIRECTORY | 0755, new byte[0], 0, 0);
    }

    CpioArchive executable(String name, byte[] content) {
        return entry(name, REGULAR_FILE | 0755, content, 0, 0);
    }

    CpioArchive link(String name, String to) {
        return entry(name, SYMBOLIC_LINK | 0777, to.getBytes(StandardCharsets.UTF_8), 0, 0);
    }

    CpioArchive device(String name, int major, int minor) {
        return entry(name, CHARACTER_DEVICE | 0600, new byte[0], major, minor);
    }

    /** Ends the archive. */
    byte[] finish() {
        entry("TRAILER!!!", 0, new byte[0], 0, 0);
        return out.toByteArray();
    }

    private CpioArchive entry(String name, int mode, byte[] content, int major, int minor) {
        byte[] nameBytes = (name + "\0").getBytes(StandardCharsets.UTF_8);
        // inode, mode, uid, gid, links, mtime, size, device major and minor, rdev major and minor, name size, checksum
        int[] fields = {
            inode++, mode, 0, 0, 1, 0, content.length, 0, 0, major, minor, nameBytes.length, 0,
        };
        StringBuilder header = new StringBuilder("070701");
        for (int field : fields) {
            header.append(String.format("%08x", field));
        }
        out.writeBytes(header.toString().getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(nameBytes);
        pad();
        out.writeBytes(content);
        pad();
        return this;
    }

    private void pad() {
        while (out.size() % ALIGNMENT != 0) {
            out.write(0);
        }
    }
}
