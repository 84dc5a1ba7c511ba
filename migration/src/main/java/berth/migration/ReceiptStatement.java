package berth.migration;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a {@link Receipt} states of a finished move.
 *
 * @param program name and version of the program that moved the disk
 * @param actor who had it moved
 * @param source where the disk came from
 * @param target what it became
 * @param content what was copied
 * @param verification what was checked before the commit
 * @param times when
 * @param options the options of the steps, by name
 */
public record ReceiptStatement(
        String program,
        Actor actor,
        Origin source,
        Target target,
        Content content,
        Verification verification,
        MoveTimes times,
        Map<String, String> options) {
    public ReceiptStatement {
        options = Map.copyOf(options);
    }

    /**
     * Who had a disk moved.
     *
     * @param host the machine's name
     * @param user the user's name
     */
    public record Actor(String host, String user) {}

    /**
     * Where a disk came from.
     *
     * @param image pool and name of the image in the same store; empty for an import
     * @param id that image's id
     * @param description for an import, what describes the source, without secrets
     * @param validators what the source said of itself when the migration was prepared, or when a change of it was
     *     accepted
     */
    public record Origin(
            Optional<String> image, Optional<String> id, String description, Map<String, String> validators) {
        public Origin {
            validators = Map.copyOf(validators);
        }
    }

    /**
     * What the disk became.
     *
     * @param pool the pool
     * @param image the image's name at the commit
     * @param id the image's id
     * @param sizeBytes its size when the migration was prepared
     * @param points the points in time that were carried over, oldest first; the last one is the disk itself
     */
    public record Target(String pool, String image, String id, long sizeBytes, List<MovedPoint> points) {
        public Target {
            points = List.copyOf(points);
        }
    }

    /**
     * What was copied.
     *
     * @param objectBytes the size of an object in bytes
     * @param objects the number of objects
     * @param digest how an object's digest is computed: {@code XXH3-128}, see {@link berth.block.ObjectHasher}
     * @param rootDigest the root over all objects, see {@link DigestTree}
     * @param ranges what the target held at each point in time when it was read again; empty when it was not
     * @param bytesRead bytes read from the source, as far as runs that were killed had written it down
     * @param bytesWritten bytes written to the target, counted in the same way
     * @param bytesSkipped bytes of all points in time that did not have to be written: holes, zeroes, and what did not
     *     change from one point to the next
     */
    public record Content(
            long objectBytes,
            long objects,
            String digest,
            String rootDigest,
            Optional<RangeDigests> ranges,
            long bytesRead,
            long bytesWritten,
            long bytesSkipped) {}

    /**
     * What was checked before the commit.
     *
     * @param targetReread whether every object was read from the target again and had the digest of what was copied
     * @param sourceReread whether every object was read from the source again and had that digest
     * @param acceptedChanges the changes of the source that were accepted, as the messages named them
     */
    public record Verification(boolean targetReread, boolean sourceReread, List<String> acceptedChanges) {
        public Verification {
            acceptedChanges = List.copyOf(acceptedChanges);
        }
    }

    /**
     * When the steps were taken.
     *
     * @param prepared when the migration was prepared
     * @param started when it was executed for the first time
     * @param executed when everything had been copied
     * @param committed when it had been verified and the commit began
     */
    public record MoveTimes(Instant prepared, Instant started, Instant executed, Instant committed) {}
}
