package berth.migration;

import berth.block.Extent;
import berth.block.Problem;
import berth.block.Source;
import berth.source.ChainFile;
import berth.source.Inspection;
import java.util.ArrayList;
import java.util.List;

/** Looks at a source outside the store: walks all of its metadata, so that what is accepted cannot fail on format later. */
final class SourceSurvey {
    private final Source source;
    private List<Plan.Obstacle> problems = List.of();

    SourceSurvey(Source source) {
        this.source = source;
    }

    /** Walks the metadata. @throws berth.block.BlockException when the source cannot be read */
    Survey run() {
        Inspection inspection = Inspection.of(source);
        problems = inspection.problems().stream()
                .map(finding -> new Plan.Obstacle(Problem.CORRUPT, finding.toString(), List.of()))
                .toList();
        List<String> files = inspection.files().stream().map(SourceSurvey::text).toList();
        return new Survey(files, points(inspection));
    }

    /** What the walk found to be wrong. */
    List<Plan.Obstacle> problems() {
        return problems;
    }

    private List<Plan.Point> points(Inspection inspection) {
        List<Plan.Point> points = new ArrayList<>();
        for (int i = 0; i < inspection.points().size(); i++) {
            Inspection.PointTotal total = inspection.points().get(i);
            long changed = Math.min(changedBytes(i, total.sizeBytes()), total.dataBytes());
            points.add(new Plan.Point(
                    total.name(),
                    total.sizeBytes(),
                    changed,
                    source.points().get(i).isProtected()));
        }
        return points;
    }

    private long changedBytes(int point, long size) {
        long[] bytes = {0};
        source.changes(point, 0, size, (offset, length, kind) -> bytes[0] += kind == Extent.Kind.DATA ? length : 0);
        return bytes[0];
    }

    private static String text(ChainFile file) {
        StringBuilder text = new StringBuilder()
                .append(file.file())
                .append(" (")
                .append(file.format())
                .append(", disk of ")
                .append(Sizes.text(file.diskBytes()))
                .append(" in ")
                .append(Sizes.text(file.fileBytes()));
        file.clusterBytes().ifPresent(bytes -> text.append(", clusters of ").append(Sizes.text(bytes)));
        file.backing().ifPresent(name -> text.append(", over ").append(name));
        file.dataFile().ifPresent(name -> text.append(", data in ").append(name));
        return text.append(')').toString();
    }
}
