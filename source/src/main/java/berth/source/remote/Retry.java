package berth.source.remote;

import berth.block.BlockException;
import berth.block.Problem;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** Makes attempts until one succeeds. Safe for use by several threads. */
public final class Retry {
    private final RetryPolicy policy;
    private final RandomGenerator random;
    private final CountDownLatch closed = new CountDownLatch(1);

    /** @param random shortens pauses */
    public Retry(RetryPolicy policy, RandomGenerator random) {
        this.policy = policy;
        this.random = random;
    }

    /** One attempt. */
    @FunctionalInterface
    public interface Attempt<T> {
        /** Makes it. */
        T run() throws TransientFailure;
    }

    /**
     * Makes attempts with pauses between them.
     *
     * @param what what is attempted, for messages
     * @throws BlockException of the last attempt; {@link Problem#CLOSED} after {@link #close()}
     */
    public <T> T run(String what, Attempt<T> attempt) {
        for (int number = 1; ; number++) {
            try {
                return attempt.run();
            } catch (TransientFailure e) {
                if (policy.isOver(number, e)) {
                    throw given(what, e, number);
                }
                pause(what, pauseBefore(number, e));
            }
        }
    }

    private static BlockException given(String what, TransientFailure last, int attempts) {
        String tried = attempts == 1 ? "" : " (given up after " + attempts + " attempts)";
        return BlockException.withErrno(Problem.IO, last.errno(), what + ": " + last.getMessage() + tried);
    }

    private Duration pauseBefore(int attempt, TransientFailure failure) {
        Duration own = policy.pauseAfter(attempt);
        long half = Math.max(1, own.toNanos() / 2);
        Duration jittered = own.minusNanos(random.nextLong(half));
        Duration asked = failure.pause().orElse(Duration.ZERO);
        Duration longer = asked.compareTo(jittered) > 0 ? asked : jittered;
        return longer.compareTo(policy.longestPause()) > 0 ? policy.longestPause() : longer;
    }

    private void pause(String what, Duration pause) {
        try {
            if (closed.await(pause.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new BlockException(Problem.CLOSED, what + ": the stream was closed meanwhile");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BlockException(Problem.CANCELLED, what + ": the operation was interrupted", e);
        }
    }

    /** Ends all pauses, and with them what waits in them. */
    public void close() {
        closed.countDown();
    }
}
