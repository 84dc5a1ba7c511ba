package berth.block.contract;

import berth.block.Snapshot;
import java.time.Instant;

/** A snapshot of the model, with its bytes. */
record ModelSnapshot(long id, String name, boolean isProtected, Instant created, ModelVersion version) {
    Snapshot toSnapshot() {
        return new Snapshot(id, name, version.bytes.size(), isProtected, created);
    }

    ModelSnapshot named(String newName) {
        return new ModelSnapshot(id, newName, isProtected, created, version);
    }

    ModelSnapshot of(ModelVersion other) {
        return new ModelSnapshot(id, name, isProtected, created, other);
    }

    ModelSnapshot guarded(boolean nowProtected) {
        return new ModelSnapshot(id, name, nowProtected, created, version);
    }
}
