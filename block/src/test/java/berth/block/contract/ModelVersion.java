package berth.block.contract;

/**
 * One state of an image of the model: its bytes, those of the parent included, and how much of the parent would show
 * through.
 */
final class ModelVersion {
    final SparseBytes bytes;
    private long overlapBytes;

    ModelVersion(SparseBytes bytes, long overlapBytes) {
        this.bytes = bytes;
        this.overlapBytes = overlapBytes;
    }

    ModelVersion copy() {
        return new ModelVersion(bytes.copy(), overlapBytes);
    }

    /** How much of the parent shows through if there is one; it never grows. */
    long overlapBytes() {
        return overlapBytes;
    }

    void resize(long size) {
        bytes.resize(size);
        overlapBytes = Math.min(overlapBytes, size);
    }
}
