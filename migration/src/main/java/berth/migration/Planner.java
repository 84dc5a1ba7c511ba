package berth.migration;

import berth.block.BlockException;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.MigrationRecord;
import berth.block.MigrationStore;
import berth.block.Problem;
import berth.block.Source;
import berth.block.SourceOpener;
import berth.block.Watcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** Finds out what a move would do, and everything that stands in its way. Changes nothing. */
final class Planner {
    private final MigrationStore store;
    private final SourceOpener sources;
    private final SpaceProbe space;
    private final TimeSource time;

    Planner(MigrationStore store, SourceOpener sources, SpaceProbe space, TimeSource time) {
        this.store = store;
        this.sources = sources;
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
        return switch (request) {
            case MoveRequest.Linked linked -> plan(draft(linked, obstacles), linked.target(), rate, obstacles);
            case MoveRequest.Import imported -> plan(draft(imported, obstacles), imported.target(), rate, obstacles);
            case MoveRequest.SpecImport described -> plan(described, rate, obstacles);
        };
    }

    private Plan plan(MoveRequest.SpecImport request, Optional<OptionalLong> rate, Obstacles obstacles) {
        Optional<Source> opened = obstacles.get(() -> sources.open(request.sourceSpec()));
        if (opened.isEmpty()) {
            Draft draft =
                    new Draft("import", request.sourceSpec(), request.layout(), Survey.NONE, true, Optional.empty());
            return plan(draft, request.target(), rate, obstacles);
        }
        try (Source source = opened.get()) {
            return plan(draft(request.of(source), obstacles), request.target(), rate, obstacles);
        }
    }

    private Plan plan(Draft draft, ImageSpec target, Optional<OptionalLong> rate, Obstacles obstacles) {
        if (obstacles.check(() -> requirePool(target)) && draft.mustBeFree()) {
            obstacles.check(() -> requireFree(target));
        }
        Survey survey = draft.survey();
        Plan.Space needed = new Plan.Space(survey.bytesToCopy(), space.availableBytes(target.pool()));
        obstacles.check(() -> requireSpace(needed));
        return new Plan(
                draft.kind(),
                draft.source(),
                target.toString(),
                draft.layout().order(),
                survey.files(),
                survey.points(),
                needed,
                rate.flatMap(stated -> estimate(draft, stated)),
                obstacles.found);
    }

    /**
     * What depends on the kind of the move.
     *
     * @param kind the kind
     * @param source what is moved
     * @param layout the target's layout
     * @param survey what was found out about the source
     * @param mustBeFree whether the target's name must not be taken
     * @param sample reads a part of the source, if it can be read at all
     */
    private record Draft(
            String kind,
            String source,
            Layout layout,
            Survey survey,
            boolean mustBeFree,
            Optional<Supplier<ReadSample>> sample) {}

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
                !request.target().equals(request.source()),
                info.map(_ -> () -> ReadSample.of(store, request.source())));
    }

    private Draft draft(MoveRequest.Import request, Obstacles obstacles) {
        SourceSurvey survey = new SourceSurvey(request.source());
        Survey found = obstacles.get(survey::run).orElse(Survey.NONE);
        obstacles.found.addAll(survey.problems());
        return new Draft(
                "import",
                request.source().description(),
                request.layout(),
                found,
                true,
                Optional.of(() -> ReadSample.of(request.source())));
    }

    private void requirePool(ImageSpec target) {
        String pool = target.pool().split("/", 2)[0]; // What follows is a namespace.
        if (!store.pools().contains(pool)) {
            throw new BlockException(Problem.POOL_NOT_FOUND, "there is no pool '" + pool + "'");
        }
    }

    private void requireFree(ImageSpec target) {
        try {
            store.info(target);
        } catch (BlockException e) {
            if (e.problem() == Problem.IMAGE_NOT_FOUND) {
                return;
            }
            throw e;
        }
        throw new BlockException(Problem.IMAGE_EXISTS, "image " + target + " exists already");
    }

    private void requireNotMigrating(ImageSpec source) {
        MigrationRecord other;
        try {
            other = store.migration(source);
        } catch (BlockException e) {
            if (e.problem() == Problem.NOT_MIGRATING || e.problem() == Problem.IMAGE_NOT_FOUND) {
                return;
            }
            throw e;
        }
        if (other.target().equals(source)) { // Else it is the source that had this name before.
            throw new BlockException(
                    Problem.MIGRATING,
                    "image " + source + " is the target of a migration in state '" + other.state()
                            + "': commit or abort that first");
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

    private Optional<Plan.Estimate> estimate(Draft draft, OptionalLong stated) {
        long bytes = draft.survey().bytesToCopy();
        if (stated.isPresent()) {
            if (stated.getAsLong() < 1) {
                throw new IllegalArgumentException("rate is less than 1 byte a second: " + stated.getAsLong());
            }
            return Optional.of(Plan.Estimate.of(bytes, stated.getAsLong(), false));
        }
        return draft.sample().flatMap(this::measure).map(rate -> Plan.Estimate.of(bytes, rate, true));
    }

    private Optional<Long> measure(Supplier<ReadSample> opener) {
        try (ReadSample sample = opener.get()) {
            return sample.bytesPerSecond(time).stream().boxed().findFirst();
        } catch (BlockException unreadable) {
            // What is wrong with the source is among the problems already; without reading there is no estimate.
            return Optional.empty();
        }
    }
}
