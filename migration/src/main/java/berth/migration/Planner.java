package berth.migration;

import berth.block.BlockException;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.MigrationRecord;
import berth.block.MigrationStore;
import berth.block.Problem;
import berth.block.Watcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** Finds out what a move would do, and everything that stands in its way. Changes nothing. */
final class Planner {
    private final MigrationStore store;
    private final SpaceProbe space;
    private final TimeSource time;

    Planner(MigrationStore store, SpaceProbe space, TimeSource time) {
        this.store = store;
        this.space = space;
        this.time = time;
    }

    /**
     * Makes a plan.
     *
     * @param rate the rate to estimate the time with in bytes a second, where an empty rate is measured; no estimate is
     *     made when the outer one is empty
     */
    Plan plan(MoveRequest request, Optional<OptionalLong> rate) {
        Obstacles obstacles = new Obstacles();
        boolean poolExists = obstacles.check(() -> requirePool(request.target()));
        Draft draft =
                switch (request) {
                    case MoveRequest.Linked linked -> draft(linked, obstacles);
                    case MoveRequest.Import imported -> draft(imported, obstacles);
                };
        if (poolExists) {
            draft.mustBeFree().ifPresent(target -> obstacles.check(() -> requireFree(target)));
        }
        Survey survey = draft.survey();
        Plan.Space needed = new Plan.Space(
                survey.bytesToCopy(), space.availableBytes(request.target().pool()));
        obstacles.check(() -> requireSpace(needed));
        return new Plan(
                draft.kind(),
                draft.source(),
                request.target().toString(),
                draft.layout().order(),
                survey.files(),
                survey.points(),
                needed,
                rate.flatMap(stated -> estimate(request, survey.bytesToCopy(), stated)),
                obstacles.found);
    }

    /** What depends on the kind of the move. */
    private record Draft(String kind, String source, Layout layout, Survey survey, Optional<ImageSpec> mustBeFree) {}

    /** Collects problems instead of stopping at the first one. */
    private static final class Obstacles {
        private final List<Plan.Obstacle> found = new ArrayList<>();

        boolean check(Runnable check) {
            return get(() -> {
                        check.run();
                        return true;
                    })
                    .isPresent();
        }

        <T> Optional<T> get(Supplier<T> question) {
            try {
                return Optional.of(question.get());
            } catch (BlockException e) {
                found.add(Plan.Obstacle.of(e));
                return Optional.empty();
            }
        }
    }

    private Draft draft(MoveRequest.Linked request, Obstacles obstacles) {
        Optional<ImageInfo> info = obstacles.get(() -> store.info(request.source()));
        Survey survey = Survey.NONE;
        if (info.isPresent()) {
            obstacles.check(() -> requireNotMigrating(request.source()));
            obstacles.check(() -> requireNoWatchers(request.source()));
            survey = obstacles
                    .get(() -> ImageSurvey.of(store, request.source(), request.flatten()))
                    .orElse(Survey.NONE);
        }
        return new Draft(
                "linked",
                request.source().toString(),
                request.layout().or(() -> info.map(ImageInfo::layout)).orElse(Layout.DEFAULT),
                survey,
                Optional.of(request.target()).filter(target -> !target.equals(request.source())));
    }

    private Draft draft(MoveRequest.Import request, Obstacles obstacles) {
        SourceSurvey survey = new SourceSurvey(request.source());
        Survey found = obstacles.get(survey::run).orElse(Survey.NONE);
        obstacles.found.addAll(survey.problems());
        return new Draft(
                "import", request.source().description(), request.layout(), found, Optional.of(request.target()));
    }

    private void requirePool(ImageSpec target) {
        if (!store.pools().contains(target.pool())) {
            throw new BlockException(Problem.POOL_NOT_FOUND, "there is no pool '" + target.pool() + "'");
        }
    }

    private void requireFree(ImageSpec target) {
        boolean taken = store.images(target.pool()).stream()
                .anyMatch(image -> image.spec().equals(target));
        if (taken) {
            throw new BlockException(Problem.IMAGE_EXISTS, "image " + target + " exists already");
        }
    }

    private void requireNotMigrating(ImageSpec source) {
        Optional<MigrationRecord> other = store.migrations().stream()
                .filter(record -> record.target().equals(source))
                .findFirst();
        if (other.isPresent()) {
            throw new BlockException(
                    Problem.MIGRATING,
                    "image " + source + " is the target of a migration in state '"
                            + other.get().state() + "': commit or abort that first");
        }
    }

    private void requireNoWatchers(ImageSpec source) {
        List<Watcher> watchers = store.watchers(source);
        if (!watchers.isEmpty()) {
            throw Watchers.refusal(
                    "image has watchers - not migrating: stop the clients that write to " + source + " first",
                    watchers);
        }
    }

    private static void requireSpace(Plan.Space space) {
        if (space.availableBytes().isPresent() && space.availableBytes().getAsLong() < space.neededBytes()) {
            throw new BlockException(
                    Problem.NO_SPACE,
                    "not enough space: up to " + Sizes.text(space.neededBytes()) + " are needed, "
                            + Sizes.text(space.availableBytes().getAsLong()) + " are available");
        }
    }

    private Optional<Plan.Estimate> estimate(MoveRequest request, long bytes, OptionalLong stated) {
        if (stated.isPresent()) {
            return Optional.of(Plan.Estimate.of(bytes, stated.getAsLong(), false));
        }
        try (ReadSample sample = ReadSample.of(store, request)) {
            return sample.bytesPerSecond(time).stream()
                    .mapToObj(rate -> Plan.Estimate.of(bytes, rate, true))
                    .findFirst();
        } catch (BlockException unreadable) {
            // What is wrong with the source is among the problems already; without reading there is no estimate.
            return Optional.empty();
        }
    }
}
