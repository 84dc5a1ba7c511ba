package berth.ceph;

import berth.block.ImageSpec;
import berth.block.MigrationRecord;
import berth.block.MigrationState;
import berth.ceph.lib.MigrationHeader;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A migration of librbd, whoever prepared it.
 *
 * @param target the image that is being filled, under the name that it has now
 * @param id its id
 * @param header what librbd says; empty when librbd has committed it, and only Berth has something left to do
 * @param notes what Berth noted; made of the header when it was not Berth that prepared it
 * @param own whether Berth noted something
 */
record NativeMove(ImageSpec target, String id, Optional<MigrationHeader> header, NativeNotes notes, boolean own) {
    PoolSpec pool() {
        return PoolSpec.parse(target.pool());
    }

    /** Where it stands: librbd knows, unless Berth has begun what can only go forward. */
    MigrationState state() {
        return notes.step().orElseGet(() -> switch (header.orElseThrow().state()) {
            case PREPARED -> MigrationState.PREPARED;
            case EXECUTING -> MigrationState.EXECUTING;
            case EXECUTED -> MigrationState.EXECUTED;
            // What was interrupted in the middle of preparing cannot go on.
            case ERROR, PREPARING, ABORTING -> MigrationState.ABORTING;
        });
    }

    MigrationRecord toRecord() {
        return new MigrationRecord(
                target,
                id,
                notes.source(),
                notes.source().map(_ -> notes.sourceId()),
                notes.description(),
                true,
                state(),
                notes.flatten(),
                attributes());
    }

    /** What the mover keeps, and how far librbd is. */
    private Map<String, String> attributes() {
        Map<String, String> all = new HashMap<>(notes.attributes());
        header.map(MigrationHeader::description)
                .filter(text -> !text.isEmpty())
                .ifPresent(text -> all.put(MigrationRecord.PROGRESS, text));
        return all;
    }

    /** What librbd reads from Berth; empty when it reads nothing, or nothing any more. */
    Optional<PublishedSource> published() {
        boolean reading = state() == MigrationState.PREPARED || state() == MigrationState.EXECUTING;
        return reading && !notes.url().isEmpty()
                ? Optional.of(new PublishedSource(target, id, URI.create(notes.url()), notes.description()))
                : Optional.empty();
    }

    /** The same with other notes. */
    NativeMove with(NativeNotes changed) {
        return new NativeMove(target, id, header, changed, true);
    }

    /** The notes of a migration that was not prepared by Berth. */
    static NativeNotes foreign(MigrationHeader header, String sourcePool) {
        return header.sourceSpec().isEmpty()
                ? NativeNotes.moved(
                        new ImageSpec(new PoolSpec(sourcePool, header.namespace()).toString(), header.imageName()),
                        header.imageId(),
                        header.flatten(),
                        Map.of())
                : NativeNotes.imported(header.sourceSpec(), "", Map.of());
    }
}
