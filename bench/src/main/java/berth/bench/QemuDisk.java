package berth.bench;

import java.nio.file.Path;
import java.util.List;

/** The disk as a qcow2 file on a raw backing file, which is what Nova makes, served by qemu-nbd. */
public final class QemuDisk extends LayeredDisk {
    private final Path socket;
    private final Path log;
    private final Path base;
    private final Path overlay;
    private Daemon server;

    /** Makes the disk and serves it. */
    public QemuDisk(Workbench bench) {
        Path directory = bench.directory();
        socket = directory.resolve("qemu.sock");
        log = directory.resolve("qemu-nbd.log");
        base = directory.resolve("base.raw");
        overlay = directory.resolve("overlay.qcow2");
        Programs.run("qemu-img", "create", "-q", "-f", "raw", base.toString(), Long.toString(SIZE));
        server = serve("raw", base);
        fill(uri());
        reset();
    }

    @Override
    public String uri() {
        return "nbd+unix:///?socket=" + socket;
    }

    @Override
    protected void emptyUpperLayer() {
        server.close();
        Programs.run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", base.toString(), overlay.toString());
        server = serve("qcow2", overlay);
    }

    @Override
    public void close() {
        server.close();
    }

    private Daemon serve(String format, Path file) {
        List<String> command = List.of(
                "qemu-nbd",
                "--format=" + format,
                "--socket=" + socket,
                "--persistent",
                "--shared=4",
                "--cache=writeback",
                "--aio=threads",
                "--discard=unmap",
                file.toString());
        return Daemon.start(command, socket, log);
    }
}
