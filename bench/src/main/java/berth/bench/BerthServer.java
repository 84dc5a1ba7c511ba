package berth.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/** {@code berth nbd serve} on an image. */
final class BerthServer implements AutoCloseable {
    private final String image;
    private final Path socket;
    private final Daemon daemon;

    private BerthServer(String image, Path socket, Daemon daemon) {
        this.image = image;
        this.socket = socket;
        this.daemon = daemon;
    }

    /** Serves an image of the workbench's store and waits until clients can connect. */
    static BerthServer start(Workbench bench, String image) {
        return start(bench, bench::berth, image);
    }

    /** Serves an image of the store that {@code berth} commands work on, and waits until clients can connect. */
    static BerthServer start(Workbench bench, Function<String[], List<String>> berth, String image) {
        Path socket = bench.directory().resolve("berth.sock");
        Path log = bench.directory().resolve("berth.log");
        Daemon daemon = Daemon.start(
                berth.apply(new String[] {"nbd", "serve", image, "--socket", socket.toString()}), socket, log);
        return new BerthServer(image, socket, daemon);
    }

    /** The export. */
    String uri() {
        return uri(image);
    }

    /** The export as fio gets at it. */
    Fio.Disk disk() {
        return Fio.Disk.nbd(uri());
    }

    /** Another export of the same server. */
    String uri(String export) {
        return "nbd+unix:///" + export + "?socket=" + socket;
    }

    @Override
    public void close() {
        daemon.close();
    }
}
