package berth.bench;

/**
 * A disk as machines have it after a while, served over NBD: a lower layer with data everywhere (a snapshot or a backing
 * file), and above it a layer with every second 64 KiB.
 */
public abstract sealed class LayeredDisk implements AutoCloseable permits BerthDisk, QemuDisk {
    /** The size of a disk in bytes. */
    public static final long SIZE = 1L << 30;

    private static final Fio FILL = new Fio("write", 1 << 20, 4);
    private static final Fio EVERY_SECOND_CLUSTER = new Fio("write:64k", 64 << 10, 4);

    /** The NBD export. */
    public abstract String uri();

    /** Empties the upper layer. The export may be away for a moment, but not when the method returns. */
    protected abstract void emptyUpperLayer();

    /** Brings the disk back to the state described above. */
    public final void reset() {
        emptyUpperLayer();
        EVERY_SECOND_CLUSTER.cover(Fio.Disk.nbd(uri()), SIZE / 2);
    }

    /** Writes data everywhere. */
    protected static void fill(String uri) {
        FILL.cover(Fio.Disk.nbd(uri), SIZE);
    }

    @Override
    public abstract void close();
}
