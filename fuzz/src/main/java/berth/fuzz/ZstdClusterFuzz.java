package berth.fuzz;

/** The input is a compressed cluster of a qcow2 image: Zstandard. */
public final class ZstdClusterFuzz {
    private ZstdClusterFuzz() {}

    /** Reads the cluster. */
    public static void fuzzerTestOneInput(byte[] input) {
        CompressedCluster.use(input, true);
    }
}
