package berth.bench;

/** The disk as an image with one snapshot, served by {@code berth nbd serve}. */
public final class BerthDisk extends LayeredDisk {
    private static final String IMAGE = "rbd/layered";
    private static final String SNAPSHOT = IMAGE + "@lower";

    private final Workbench bench;
    private final BerthServer server;

    /** Makes the disk and serves it. */
    public BerthDisk(Workbench bench) {
        this.bench = bench;
        Programs.run(bench.berth("create", "--size", SIZE + "B", IMAGE));
        server = BerthServer.start(bench, IMAGE);
        fill(uri());
        Programs.run(bench.berth("snap", "create", SNAPSHOT));
        reset();
    }

    @Override
    public String uri() {
        return server.uri();
    }

    @Override
    protected void emptyUpperLayer() {
        Programs.run(bench.berth("snap", "rollback", SNAPSHOT));
    }

    @Override
    public void close() {
        server.close();
    }
}
