package berth.bench;

import java.nio.file.Path;

/** {@code berth nbd serve} on an image, as the owner of the workbench's store. */
final class BerthServer implements AutoCloseable {
    private final String image;
    private final Path socket;
    private final Daemon daemon;

    private BerthServer(String image, Path socket, Daemon daemon) {
        this.image = image;
        this.socket = socket;
        this.daemon = daemon;
    }

    /** Serves an image and waits until clients can connect. */
    static BerthServer start(Workbench bench, String image) {
        Path socket = bench.directory().resolve("berth.sock");
        Path log = bench.directory().resolve("berth.log");
        Daemon daemon = Daemon.start(bench.berth("nbd", "serve", image, "--socket", socket.toString()), socket, log);
        return new BerthServer(image, socket, daemon);
    }

    /** The export. */
    String uri() {
        return uri(image);
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
