package berth.migration;

import berth.block.BlockException;
import berth.block.BlockReader;
import berth.block.BlockStore;
import berth.block.Image;
import berth.block.Limits;
import berth.block.Problem;
import berth.block.Progress;
import berth.block.Source;
import berth.block.SourceOpener;
import berth.migration.ReceiptFindings.Outcome;
import berth.migration.ReceiptFindings.Point;
import berth.migration.ReceiptFindings.SourceFinding;
import berth.posix.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Checks the receipt of a finished move against what there is now. Each point in time is read from its first byte to its
 * last and compared with the digests that were signed:
 *
 * <ul>
 *   <li>Snapshots that were carried over cannot be written: they are the same, removed, renamed, or damaged.
 *   <li>The disk itself is written by its users. That it is still the same can be proven; when it differs, only that it
 *       was written, and where.
 *   <li>The source, where it is still there, is compared in the same way.
 * </ul>
 *
 * <p>Safe for use by several threads.
 */
public final class ReceiptCheck {
    private static final int MAX_OBJECT_BYTES = 64 << 20;

    private final BlockStore store;
    private final SourceOpener sources;

    /**
     * A check.
     *
     * @param store the store that the disk was moved into
     * @param sources opens the source again
     */
    public ReceiptCheck(BlockStore store, SourceOpener sources) {
        this.store = store;
        this.sources = sources;
    }

    /**
     * Checks that a statement is signed, and by whom.
     *
     * @param trusted the public key of who is trusted, in the X.509 encoding
     * @throws BlockException {@link Problem#MALFORMED} when the statement is not what was signed, {@link
     *     Problem#FORBIDDEN} when somebody else signed it
     */
    public static void requireSigned(Receipt receipt, byte[] trusted) {
        if (!receipt.verifySignature()) {
            throw new BlockException(
                    Problem.MALFORMED, "the receipt's signature does not match: it, or its signature, was changed");
        }
        if (!receipt.isSignedBy(trusted)) {
            throw BlockException.withErrno(
                    Problem.FORBIDDEN,
                    Errno.EACCES,
                    "the receipt is signed with another key, whose fingerprint is " + receipt.signer()
                            + ": name the public key of the store that issued it, if you trust that store");
        }
    }

    /**
     * Compares.
     *
     * @param receipt one that {@link #requireSigned} let through: its description of the source is opened
     * @param withSource whether to read the source, too
     * @throws BlockException {@link Problem#POOL_NOT_FOUND}, {@link Problem#IMAGE_NOT_FOUND} when the image is gone;
     *     {@link Problem#MALFORMED} when the statement makes no sense; what reading the image can throw
     */
    public ReceiptFindings run(Receipt receipt, boolean withSource, Progress progress) {
        ReceiptStatement statement = receipt.statement();
        requireSense(statement);
        int steps = statement.target().points().size() * (withSource ? 2 : 1);
        try (Image image = open(statement.target(), Optional.empty())) {
            Steps part = new Steps(progress, steps);
            List<Point> points = new ArrayList<>();
            for (int i = 0; i < statement.target().points().size(); i++) {
                points.add(point(statement, i, part.next()));
            }
            SourceFinding source =
                    withSource ? source(statement, part) : SourceFinding.without(Outcome.NOT_COMPARED, "not asked for");
            return new ReceiptFindings(image.info().spec(), points, source);
        }
    }

    /** Gives each point in time its share of the progress. */
    private static final class Steps {
        private final Progress whole;
        private final int count;
        private int taken;

        Steps(Progress whole, int count) {
            this.whole = whole;
            this.count = count;
        }

        Progress next() {
            long from = PhaseProgress.UNITS * taken++ / count;
            return new PhaseProgress(whole, from, PhaseProgress.UNITS * taken / count);
        }
    }

    private static void requireSense(ReceiptStatement statement) {
        ReceiptStatement.Content content = statement.content();
        List<MovedPoint> points = statement.target().points();
        boolean sense = !points.isEmpty()
                && points.getLast().name().isEmpty()
                && content.objectBytes() > 0
                && content.objectBytes() <= MAX_OBJECT_BYTES
                && content.objects() >= 0
                && content.objects() <= Limits.MAX_IMAGE_BYTES / content.objectBytes();
        if (!sense) {
            throw new BlockException(Problem.MALFORMED, "the receipt tells of no disk that there can be");
        }
        content.ranges().ifPresent(ranges -> ranges.requireFits(content.objects(), points.size()));
    }

    private Image open(ReceiptStatement.Target target, Optional<String> snapshot) {
        return store.openById(target.pool(), target.id(), snapshot);
    }

    private Point point(ReceiptStatement statement, int number, Progress progress) {
        MovedPoint moved = statement.target().points().get(number);
        Optional<String> snapshot = Optional.of(moved.name()).filter(name -> !name.isEmpty());
        try (Image image = open(statement.target(), snapshot)) {
            return compare(statement, number, image, progress);
        } catch (BlockException e) {
            return switch (e.problem()) {
                case SNAPSHOT_NOT_FOUND -> Point.without(moved.name(), Outcome.GONE, "removed or renamed");
                case IO, CORRUPT -> Point.without(moved.name(), Outcome.DIFFERENT, unreadable(e));
                default -> throw e;
            };
        }
    }

    private static String unreadable(BlockException e) {
        return "cannot be read: " + e.getMessage();
    }

    private static Point compare(ReceiptStatement statement, int number, BlockReader now, Progress progress) {
        MovedPoint moved = statement.target().points().get(number);
        ReceiptStatement.Content content = statement.content();
        if (content.ranges().isEmpty()) {
            return Point.without(
                    moved.name(), Outcome.NOT_COMPARED, "the move was committed without verification: no digests");
        }
        List<ReceiptFindings.Range> differing = PointCheck.differences(now, content, number, progress);
        boolean sameSize = now.size() == moved.sizeBytes();
        return new Point(
                moved.name(),
                differing.isEmpty() && sameSize ? Outcome.SAME : Outcome.DIFFERENT,
                content.ranges().get().points().get(number).size(),
                differing,
                sameSize ? "" : "has " + now.size() + " bytes now, had " + moved.sizeBytes());
    }

    private SourceFinding source(ReceiptStatement statement, Steps steps) {
        ReceiptStatement.Origin origin = statement.source();
        if (origin.image().isPresent()) {
            return SourceFinding.without(
                    Outcome.GONE, "image " + origin.image().get() + " of the same store, removed by the commit");
        }
        Source source;
        try {
            source = sources.open(origin.description());
        } catch (BlockException e) {
            return SourceFinding.without(Outcome.GONE, String.valueOf(e.getMessage()));
        }
        try (source) {
            return compare(statement, source, steps);
        } catch (BlockException e) {
            if (e.problem() == Problem.CANCELLED) {
                throw e;
            }
            return SourceFinding.without(Outcome.GONE, unreadable(e));
        }
    }

    private static SourceFinding compare(ReceiptStatement statement, Source source, Steps steps) {
        List<String> changes = Validators.changes(statement.source().validators(), source.validators());
        List<Source.Point> now = source.points();
        if (now.size() != statement.target().points().size()) {
            return new SourceFinding(
                    Outcome.DIFFERENT,
                    changes,
                    List.of(),
                    "has " + now.size() + " points in time now, had "
                            + statement.target().points().size());
        }
        List<Point> points = new ArrayList<>();
        for (int i = 0; i < now.size(); i++) {
            points.add(compare(statement, i, now.get(i).reader(), steps.next()));
        }
        return new SourceFinding(worst(points), changes, points, "");
    }

    private static Outcome worst(List<Point> points) {
        if (points.stream().anyMatch(point -> point.outcome() == Outcome.DIFFERENT)) {
            return Outcome.DIFFERENT;
        }
        return points.getLast().outcome();
    }
}
