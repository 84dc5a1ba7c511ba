package berth.migration;

import java.util.List;
import java.util.stream.Collectors;

/** Writes a plan for people. */
final class PlanText {
    private PlanText() {}

    static String of(Plan plan) {
        StringBuilder text = new StringBuilder();
        line(text, "move", plan.kind() + " of " + plan.source());
        line(text, "target", plan.target() + " (objects of " + Sizes.text(1L << plan.order()) + ")");
        if (!plan.points().isEmpty()) {
            line(text, "size", Sizes.text(plan.sizeBytes()) + " (" + plan.sizeBytes() + " bytes)");
        }
        plan.files().forEach(file -> line(text, "file", file));
        plan.points().forEach(point -> line(text, "point in time", point(point)));
        line(text, "to copy", Sizes.text(plan.bytesToCopy()));
        line(text, "space", space(plan.space()));
        plan.estimate().ifPresent(estimate -> line(text, "time", time(estimate)));
        problems(text, plan.problems());
        return text.toString();
    }

    private static void line(StringBuilder text, String label, String value) {
        text.append(String.format("%-14s %s\n", label + ":", value));
    }

    private static String point(Plan.Point point) {
        String name = point.name().isEmpty() ? "the disk as it is now" : point.name();
        String guarded = point.isProtected() ? ", protected" : "";
        return name + " (" + Sizes.text(point.sizeBytes()) + guarded + "), " + Sizes.text(point.bytesToCopy())
                + " to copy";
    }

    private static String space(Plan.Space space) {
        String available = space.availableBytes().isPresent()
                ? Sizes.text(space.availableBytes().getAsLong()) + " available"
                : "how much is available is not known";
        return Sizes.text(space.neededBytes()) + " needed at most, " + available;
    }

    private static String time(Plan.Estimate estimate) {
        return "about " + durationText(estimate.seconds()) + " at " + Sizes.text(estimate.bytesPerSecond()) + "/s"
                + (estimate.measured() ? " (measured)" : "");
    }

    private static String durationText(long seconds) {
        if (seconds < 120) {
            return seconds + " s";
        }
        return seconds < 7200 ? seconds / 60 + " min" : seconds / 3600 + " h " + seconds / 60 % 60 + " min";
    }

    private static void problems(StringBuilder text, List<Plan.Obstacle> problems) {
        if (problems.isEmpty()) {
            line(text, "problems", "none");
            return;
        }
        text.append(problems.stream()
                .map(problem -> "  - " + problem.message() + "\n")
                .collect(Collectors.joining("", "problems:\n", "")));
    }
}
