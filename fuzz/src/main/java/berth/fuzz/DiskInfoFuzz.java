package berth.fuzz;

import berth.block.Problem;
import berth.libvirt.NovaInstance;
import java.nio.file.Path;

/** The input is the file {@code disk.info} of a Nova instance directory. */
public final class DiskInfoFuzz {
    private static final Promise PROMISE =
            Promise.of(4 << 20, Problem.MALFORMED, Problem.INVALID_ARGUMENT, Problem.UNSUPPORTED);
    private static final String UUID = "5c0e2e21-0a9c-4a1e-9d0b-7d5f4d1f2a3b";

    private static final Path INSTANCE = Scratch.directory(Scratch.directory(), UUID);
    private static final Path DISK_INFO = Scratch.file(INSTANCE, "disk.info", new byte[0]);

    static {
        Scratch.file(INSTANCE, "disk", new byte[0]);
        OpenedFiles.allow(DISK_INFO::equals);
    }

    private DiskInfoFuzz() {}

    /** Reads the instance directory with the file in it. */
    public static void fuzzerTestOneInput(byte[] input) {
        Scratch.rewrite(DISK_INFO, input);
        PROMISE.hold(() -> NovaInstance.read(INSTANCE, NovaInstance.Hints.NONE));
    }
}
