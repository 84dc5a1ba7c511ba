package berth.cli.command;

import static berth.cli.call.CommandFailure.explainRun;

import berth.block.BlockException;
import berth.block.ImageSpec;
import berth.block.MigrationRecord;
import berth.block.MigrationState;
import berth.cli.call.Call;
import berth.cli.call.CommandFailure;
import berth.migration.MoveRequest;
import berth.server.HttpPublisher;

/** Prepares an import whose source librbd reads from this process, and serves it until everything has been copied. */
final class ServedMigration {
    private static final long LOOK_MILLIS = 1_000;

    private ServedMigration() {}

    /** Prepares, says so, and serves. */
    static void run(Call call, MoveRequest.Import request, String what) {
        if (!call.engine().servesSources()) {
            throw CommandFailure.invalid(
                    HttpOptions.LISTEN + " is for clusters: images of this store read their sources" + " themselves");
        }
        try (HttpPublisher http = HttpOptions.start(call)) {
            call.engine().publishThrough(http);
            explainRun(what, () -> call.engine().mover().prepare(request));
            String id = call.store().migration(request.target()).targetId();
            call.console().println(request.target() + " can be used; serving its source until it has been executed");
            call.console().flush();
            boolean stopped = false;
            while (!stopped && isReading(call, request.target(), id)) {
                stopped = call.cancellation().await(LOOK_MILLIS);
            }
            if (stopped) {
                call.console()
                        .complain("the image cannot be read where it was not copied yet, until its source is served"
                                + " again: berth http serve --migrations" + HttpOptions.again(call));
            }
        }
    }

    /** A cluster that does not answer is no reason to stop. */
    private static boolean isReading(Call call, ImageSpec target, String id) {
        try {
            return reads(call.store().migration(target), id);
        } catch (BlockException e) {
            return switch (e.problem()) {
                case IMAGE_NOT_FOUND, NOT_MIGRATING, POOL_NOT_FOUND -> isReadingUnderAnotherName(call, id);
                default -> true;
            };
        }
    }

    private static boolean isReadingUnderAnotherName(Call call, String id) {
        try {
            return call.store().migrations().stream().anyMatch(record -> reads(record, id));
        } catch (BlockException e) {
            return true;
        }
    }

    private static boolean reads(MigrationRecord record, String id) {
        boolean copying = record.state() == MigrationState.PREPARED || record.state() == MigrationState.EXECUTING;
        return copying && record.targetId().equals(id);
    }
}
