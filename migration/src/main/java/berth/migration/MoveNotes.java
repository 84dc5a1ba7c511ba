package berth.migration;

import berth.block.BlockException;
import berth.block.MigrationRecord;
import berth.block.Problem;
import berth.block.SnapshotSpec;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;

/**
 * What the mover keeps in a {@link MigrationRecord}: one attribute, as JSON.
 *
 * @param validators what the source says of itself as long as it does not change
 * @param acceptedChanges changes of the source that were accepted
 * @param points what is carried over, oldest first; the last one is the disk itself
 * @param copied how far copying was at the last checkpoint
 * @param prepared when the migration was prepared
 * @param started when it was executed for the first time
 * @param executed when everything had been copied
 * @param options the options of the steps so far, by name
 * @param seal what the commit found, once it has begun
 */
record MoveNotes(
        Map<String, String> validators,
        List<String> acceptedChanges,
        List<MovedPoint> points,
        Copied copied,
        Instant prepared,
        Optional<Instant> started,
        Optional<Instant> executed,
        Map<String, String> options,
        Optional<Seal> seal) {
    private static final String ATTRIBUTE = "mover";
    private static final String PARENT = "parent";

    /**
     * How far copying was.
     *
     * @param objectsDone objects that are in the target
     * @param objects objects in all; 0 before the first execute
     * @param bytesRead bytes read from the source
     * @param bytesWritten bytes written to the target
     * @param bytesExpected bytes that will have been read at the end
     */
    record Copied(long objectsDone, long objects, long bytesRead, long bytesWritten, long bytesExpected) {
        /** The same as a status, with nothing known of the rate. */
        CopyStatus toStatus() {
            return new CopyStatus(objectsDone, objects, bytesRead, bytesWritten, bytesExpected, 0, Optional.empty());
        }
    }

    /**
     * What the commit found. With it a commit that was interrupted can go on and write the same receipt.
     *
     * @param committed when
     * @param objectBytes the size of an object
     * @param rootDigest the root over all objects
     * @param ranges what the target held when it was read again; empty when it was not
     * @param sourceReread whether the source was read again
     */
    record Seal(
            Instant committed,
            long objectBytes,
            String rootDigest,
            Optional<RangeDigests> ranges,
            boolean sourceReread) {}

    MoveNotes {
        validators = Map.copyOf(validators);
        acceptedChanges = List.copyOf(acceptedChanges);
        points = List.copyOf(points);
        options = Map.copyOf(options);
    }

    /** The notes of a migration that is being prepared. */
    static MoveNotes prepared(
            Map<String, String> validators, List<MovedPoint> points, long bytesExpected, Instant prepared) {
        return new MoveNotes(
                validators,
                List.of(),
                points,
                new Copied(0, 0, 0, 0, bytesExpected),
                prepared,
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                Optional.empty());
    }

    /** The notes in a record. @throws BlockException {@link Problem#CORRUPT} when there are none */
    static MoveNotes of(MigrationRecord record) {
        return find(record)
                .orElseThrow(() -> new BlockException(
                        Problem.CORRUPT,
                        "the record of the migration of " + record.target() + " lacks the mover's notes"));
    }

    /** The notes in a record; none when another program has prepared the migration. */
    static Optional<MoveNotes> find(MigrationRecord record) {
        String json = record.attributes().get(ATTRIBUTE);
        if (json == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Json.read(json, MoveNotes.class));
        } catch (JacksonException e) {
            throw new BlockException(
                    Problem.CORRUPT, "the mover's notes on the migration of " + record.target() + " are damaged", e);
        }
    }

    /** The attributes of a record with these notes. */
    Map<String, String> toAttributes() {
        return Map.of(ATTRIBUTE, Json.canonical(this));
    }

    /** The notes of a target that becomes a clone of a snapshot. */
    MoveNotes withParent(SnapshotSpec parent) {
        return with(PARENT, parent.toString());
    }

    /** The snapshot that the target becomes a clone of. */
    Optional<String> parent() {
        return Optional.ofNullable(options.get(PARENT));
    }

    /** The bytes of all points in time. */
    long bytesOfPoints() {
        return points.stream().mapToLong(MovedPoint::sizeBytes).sum();
    }

    /** The notes when an execute begins; the time of the first one stays, and what was chosen when it was prepared. */
    MoveNotes started(Instant now, Map<String, String> how) {
        Map<String, String> all = new TreeMap<>(how);
        parent().ifPresent(parent -> all.put(PARENT, parent));
        return new MoveNotes(
                validators,
                acceptedChanges,
                points,
                copied,
                prepared,
                started.or(() -> Optional.of(now)),
                executed,
                all,
                seal);
    }

    /** The notes at a checkpoint. */
    MoveNotes at(CopyStatus status) {
        Copied now = new Copied(
                status.objectsDone(),
                status.objects(),
                status.bytesRead(),
                status.bytesWritten(),
                status.bytesExpected());
        return new MoveNotes(validators, acceptedChanges, points, now, prepared, started, executed, options, seal);
    }

    /** The notes when everything has been copied. */
    MoveNotes executed(Instant now) {
        return new MoveNotes(
                validators, acceptedChanges, points, copied, prepared, started, Optional.of(now), options, seal);
    }

    /** The notes when another program has taken steps, whose time is not known. */
    MoveNotes completed(Instant now, long objects) {
        Copied all = new Copied(objects, objects, copied.bytesRead(), copied.bytesWritten(), copied.bytesExpected());
        return new MoveNotes(
                validators,
                acceptedChanges,
                points,
                all,
                prepared,
                started.or(() -> Optional.of(now)),
                executed.or(() -> Optional.of(now)),
                options,
                seal);
    }

    /** The notes with one more option. */
    MoveNotes with(String option, String value) {
        Map<String, String> more = new TreeMap<>(options);
        more.put(option, value);
        return new MoveNotes(validators, acceptedChanges, points, copied, prepared, started, executed, more, seal);
    }

    /** The notes after a change of the source was accepted: from now on the source has to stay as it is now. */
    MoveNotes accepting(List<String> changes, Map<String, String> newValidators) {
        List<String> all = Stream.concat(acceptedChanges.stream(), changes.stream())
                .distinct()
                .toList();
        return new MoveNotes(newValidators, all, points, copied, prepared, started, executed, options, seal);
    }

    /** The notes when the commit begins. */
    MoveNotes sealed(Seal found) {
        return new MoveNotes(
                validators, acceptedChanges, points, copied, prepared, started, executed, options, Optional.of(found));
    }
}
