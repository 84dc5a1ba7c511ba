package berth.cloud.live;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Waits for a time, interrupted or not. */
final class Pause {
    private Pause() {}

    static void milliseconds(long time) {
        CompletableFuture.runAsync(() -> {}, CompletableFuture.delayedExecutor(time, TimeUnit.MILLISECONDS))
                .join();
    }
}
