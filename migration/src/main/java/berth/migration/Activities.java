package berth.migration;

import berth.block.BlockException;
import berth.block.ImageSpec;
import berth.block.Problem;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/**
 * Which steps are being taken now, so that no two are taken of the same migration at the same time. Safe for use by
 * several threads.
 */
final class Activities {
    private final ConcurrentMap<String, Activity> byTarget = new ConcurrentHashMap<>();

    /** A step that is being taken; closing it ends it. */
    final class Activity implements AutoCloseable {
        private final String targetId;
        private final String what;
        private volatile Optional<Supplier<CopyStatus>> copying = Optional.empty();

        private Activity(String targetId, String what) {
            this.targetId = targetId;
            this.what = what;
        }

        /** Lets others see how far the copying is. */
        void copying(Supplier<CopyStatus> status) {
            copying = Optional.of(status);
        }

        @Override
        public void close() {
            byTarget.remove(targetId, this);
        }

        private String describe() {
            return copying.map(status -> what + " (" + status.get().percent() + "% complete)")
                    .orElse(what);
        }
    }

    /**
     * Begins a step.
     *
     * @param what the step for messages: {@code being executed}
     * @throws BlockException {@link Problem#MIGRATING} when another step is being taken
     */
    Activity begin(String targetId, ImageSpec image, String what) {
        Activity activity = new Activity(targetId, what);
        Activity other = byTarget.putIfAbsent(targetId, activity);
        if (other != null) {
            throw new BlockException(
                    Problem.MIGRATING,
                    "the migration of " + image + " is already " + other.describe()
                            + "; wait for that or stop it, then try again");
        }
        return activity;
    }

    /** How far the copying to a target is, when it is going on now. */
    Optional<CopyStatus> copying(String targetId) {
        return Optional.ofNullable(byTarget.get(targetId))
                .flatMap(activity -> activity.copying)
                .map(Supplier::get);
    }
}
