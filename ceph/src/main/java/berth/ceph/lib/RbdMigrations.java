package berth.ceph.lib;

import berth.block.Progress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Librbd's live migrations whose target is in a pool, in one of its namespaces. Librbd 16 ends the process for some
 * sources, and copies others wrongly without a word: what it is given has to be checked before.
 *
 * @param context the open pool
 */
public record RbdMigrations(IoContext context) {
    /** Makes the target here and moves the source to the trash. */
    public void prepare(RbdDirectory source, String sourceName, String target, RbdOptions options) {
        try (Arena arena = Arena.ofConfined()) {
            long from = arena.allocateFrom(sourceName).address();
            long to = arena.allocateFrom(target).address();
            options.use(native_ ->
                    Rbd.MIGRATION_PREPARE.check(source.context().handle(), from, context.handle(), to, native_));
        }
    }

    /** Makes the target here, of what a source-spec of librbd describes. */
    public void prepareImport(String sourceSpec, String target, RbdOptions options) {
        try (Arena arena = Arena.ofConfined()) {
            long spec = arena.allocateFrom(sourceSpec).address();
            long to = arena.allocateFrom(target).address();
            options.use(native_ -> Rbd.MIGRATION_PREPARE_IMPORT.check(spec, context.handle(), to, native_));
        }
    }

    /** Copies everything that has not been copied yet. */
    public void execute(String target, Progress progress) {
        run(Rbd.MIGRATION_EXECUTE, target, progress);
    }

    /** Cuts the link, and removes the source if it is an image of this cluster. */
    public void commit(String target, Progress progress) {
        run(Rbd.MIGRATION_COMMIT, target, progress);
    }

    /** Removes the target; a source in the trash comes back. */
    public void abort(String target, Progress progress) {
        run(Rbd.MIGRATION_ABORT, target, progress);
    }

    private void run(NativeFunction function, String target, Progress progress) {
        try (Arena arena = Arena.ofConfined();
                Callbacks.Call call = Callbacks.of(progress)) {
            MemorySegment name = arena.allocateFrom(target);
            int result =
                    function.callInt(context.handle(), name.address(), Callbacks.progressFunction(), call.argument());
            call.rethrow();
            function.checked(result);
        }
    }
}
