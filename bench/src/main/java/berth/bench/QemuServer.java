package berth.bench;

import java.nio.file.Path;
import java.util.List;

/** {@code qemu-nbd}, for several clients, where discards give space back. */
final class QemuServer implements AutoCloseable {
    private final Path socket;
    private final Daemon daemon;

    private QemuServer(Path socket, Daemon daemon) {
        this.socket = socket;
        this.daemon = daemon;
    }

    /**
     * Serves a disk and waits until clients can connect.
     *
     * @param format the disk's format
     * @param disk a file, or a disk as QEMU names it
     * @param cache QEMU's cache mode
     */
    static QemuServer start(Workbench bench, String format, String disk, String cache) {
        Path socket = bench.directory().resolve("qemu.sock");
        List<String> command = List.of(
                "qemu-nbd",
                "--format=" + format,
                "--socket=" + socket,
                "--persistent",
                "--shared=4",
                "--cache=" + cache,
                "--aio=threads",
                "--discard=unmap",
                disk);
        return new QemuServer(
                socket, Daemon.start(command, socket, bench.directory().resolve("qemu-nbd.log")));
    }

    /** The export. */
    String uri() {
        return "nbd+unix:///?socket=" + socket;
    }

    /** The export as fio gets at it. */
    Fio.Disk disk() {
        return Fio.Disk.nbd(uri());
    }

    @Override
    public void close() {
        daemon.close();
    }
}
