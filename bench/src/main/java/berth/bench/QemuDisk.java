package berth.bench;

import java.nio.file.Path;

/** The disk as a qcow2 file on a raw backing file, which is what Nova makes, served by qemu-nbd. */
public final class QemuDisk extends LayeredDisk {
    private final Workbench bench;
    private final Path base;
    private final Path overlay;
    private QemuServer server;

    /** Makes the disk and serves it. */
    public QemuDisk(Workbench bench) {
        this.bench = bench;
        Path directory = bench.directory();
        base = directory.resolve("base.raw");
        overlay = directory.resolve("overlay.qcow2");
        Programs.run("qemu-img", "create", "-q", "-f", "raw", base.toString(), Long.toString(SIZE));
        server = serve("raw", base);
        fill(uri());
        reset();
    }

    @Override
    public String uri() {
        return server.uri();
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

    private QemuServer serve(String format, Path file) {
        return QemuServer.start(bench, format, file.toString(), "writeback");
    }
}
