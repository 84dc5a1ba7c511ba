package berth.fuzz;

/** The input is a compressed cluster of a qcow2 image: deflate. */
public final class ZlibClusterFuzz {
    private ZlibClusterFuzz() {}

    /** Reads the cluster. */
    public static void fuzzerTestOneInput(byte[] input) {
        CompressedCluster.use(input, false);
    }
}
