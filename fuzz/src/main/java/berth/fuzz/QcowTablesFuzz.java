package berth.fuzz;

/** The input is a byte for the header, then the L1 table, L2 tables and clusters of a qcow2 image that is else sound. */
public final class QcowTablesFuzz {
    private static final int MAX_L1_ENTRIES = 8;
    private static final int EXTERNAL_DATA = 8;

    private QcowTablesFuzz() {}

    /** Opens, checks and reads the image. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length > 0) {
            int l1Entries = 1 + Math.floorMod(input[0], MAX_L1_ENTRIES);
            QcowImageFuzz.fuzzerTestOneInput(QcowParts.withTables(l1Entries, (input[0] & EXTERNAL_DATA) != 0, input));
        }
    }
}
