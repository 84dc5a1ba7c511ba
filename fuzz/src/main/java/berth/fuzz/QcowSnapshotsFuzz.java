package berth.fuzz;

/** The input is the number of snapshots, a byte, and the snapshot table of a qcow2 image that is else sound. */
public final class QcowSnapshotsFuzz {
    private QcowSnapshotsFuzz() {}

    /** Opens, checks and reads the image, and compares the snapshots with the disk. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length > 0) {
            QcowImageFuzz.fuzzerTestOneInput(QcowParts.withSnapshots(Byte.toUnsignedInt(input[0]), input));
        }
    }
}
