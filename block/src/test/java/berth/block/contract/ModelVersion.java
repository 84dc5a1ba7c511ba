package berth.block.contract;

import org.jspecify.annotations.Nullable;

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

    /** A copy that counts as written over other bytes: it shares blocks with those and no others. */
    ModelVersion after(@Nullable SparseBytes before) {
        ModelVersion copy = copy();
        if (before != null) {
            copy.bytes.layOver(before);
        }
        return copy;
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
