package berth.source.remote;

import java.time.Duration;

/**
 * How often and when a request is tried again. Pauses double from one attempt to the next, and each is shortened by a
 * random part of up to a half, so that clients of an overloaded server do not come back at the same moment.
 *
 * @param attempts how often a request is made at most, at least 1
 * @param refusals how often at most where nobody listens at the address
 * @param firstPause the pause after the first attempt
 * @param longestPause no pause is longer, not even one that a server asks for
 */
public record RetryPolicy(int attempts, int refusals, Duration firstPause, Duration longestPause) {
    /** Eight attempts within about half a minute, or four minutes where the server asks for long pauses. */
    public static final RetryPolicy DEFAULT = new RetryPolicy(8, 8, Duration.ofMillis(250), Duration.ofSeconds(30));

    /** How often a server is looked for that nobody has spoken with yet: an address with a mistake is found out at once. */
    private static final int FIRST_REFUSALS = 3;

    /** The largest number of doublings that cannot overflow. */
    private static final int MAX_DOUBLINGS = 20;

    public RetryPolicy {
        if (attempts < 1) {
            throw new IllegalArgumentException("attempts is less than 1: " + attempts);
        }
    }

    /** The same for a server that nobody has spoken with yet. */
    RetryPolicy forFirstContact() {
        return new RetryPolicy(attempts, Math.min(refusals, FIRST_REFUSALS), firstPause, longestPause);
    }

    /** Whether no further attempt is made after one, the first one being 1. */
    boolean isOver(int attempt, TransientFailure failure) {
        return attempt >= (failure.isRefused() ? Math.min(refusals, attempts) : attempts);
    }

    /** The pause after an attempt, the first one being 1, before it is shortened. */
    Duration pauseAfter(int attempt) {
        Duration pause = firstPause.multipliedBy(1L << Math.min(attempt - 1, MAX_DOUBLINGS));
        return pause.compareTo(longestPause) > 0 ? longestPause : pause;
    }
}
