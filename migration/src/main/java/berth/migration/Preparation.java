package berth.migration;

import berth.block.BlockException;
import berth.block.ImageInfo;
import berth.block.Layout;
import berth.block.MigrationStore;
import berth.block.Problem;
import berth.block.Source;
import berth.block.SourceOpener;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The step <em>prepare</em>: refuses what could fail later, then lets the store make the target. */
final class Preparation {
    private final MigrationStore store;
    private final SourceOpener sources;
    private final Planner planner;
    private final TimeSource time;

    Preparation(MigrationStore store, SourceOpener sources, Planner planner, TimeSource time) {
        this.store = store;
        this.sources = sources;
        this.planner = planner;
        this.time = time;
    }

    /** See {@link Mover#prepare}. */
    ImageInfo run(MoveRequest request) {
        return switch (request) {
            case MoveRequest.Linked linked -> prepareLinked(linked);
            case MoveRequest.Import imported -> prepareImport(imported);
            case MoveRequest.SpecImport described -> {
                try (Source source = sources.open(described.sourceSpec())) {
                    yield prepareImport(described.of(source));
                }
            }
        };
    }

    private ImageInfo prepareLinked(MoveRequest.Linked request) {
        Map<String, String> attributes = notes(plan(request), Map.of()).toAttributes();
        Layout layout =
                request.layout().orElseGet(() -> store.info(request.source()).layout());
        return store.prepareLinked(request.source(), request.target(), layout, request.flatten(), attributes);
    }

    private ImageInfo prepareImport(MoveRequest.Import request) {
        Source source = request.source();
        Map<String, String> validators = source.validators();
        Plan plan = plan(request);
        List<String> changes = Validators.changes(validators, source.validators());
        if (!changes.isEmpty()) {
            throw new BlockException(
                    Problem.SOURCE_CHANGED,
                    "the source changed while it was inspected, so something still writes to it: "
                            + String.join("; ", changes),
                    changes);
        }
        MoveNotes notes = notes(plan, validators);
        Map<String, String> attributes =
                request.parent().map(notes::withParent).orElse(notes).toAttributes();
        return switch (request.needed()) {
            case AT_ONCE -> store.prepareImport(request.target(), request.layout(), source, attributes);
            case WHEN_COMMITTED ->
                request.parent().isPresent()
                        ? store.prepareClonedCopy(
                                request.parent().get(), request.target(), request.layout(), source, attributes)
                        : store.prepareCopy(request.target(), request.layout(), source, attributes);
        };
    }

    private Plan plan(MoveRequest request) {
        Plan plan = planner.plan(request, Optional.empty());
        plan.requireNoProblems();
        return plan;
    }

    private MoveNotes notes(Plan plan, Map<String, String> validators) {
        List<MovedPoint> points = plan.points().stream()
                .map(point -> new MovedPoint(point.name(), point.sizeBytes(), point.isProtected()))
                .toList();
        return MoveNotes.prepared(validators, points, plan.bytesToCopy(), time.now());
    }
}
