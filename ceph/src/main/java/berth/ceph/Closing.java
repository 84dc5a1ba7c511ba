package berth.ceph;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Closes everything that there is to close, whatever fails on the way. */
final class Closing {
    private Closing() {}

    /** Takes all steps, and throws the first failure with the others added to it. */
    static void all(List<Runnable> steps) {
        @Nullable RuntimeException first = null;
        for (Runnable step : steps) {
            try {
                step.run();
            } catch (RuntimeException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /** Takes a step because of a failure, which stays the one to tell of. */
    static void after(RuntimeException failure, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }
}
