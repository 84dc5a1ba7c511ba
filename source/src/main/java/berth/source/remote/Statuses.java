package berth.source.remote;

import berth.block.BlockException;
import berth.block.Problem;
import berth.posix.Errno;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** What the failure statuses of HTTP mean (RFC 9110, section 15), for all protocols that are made of it. */
public final class Statuses {
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int REQUEST_TIMEOUT = 408;
    private static final int UNAVAILABLE = 503;
    private static final int SERVER_ERRORS = 500;
    private static final int NOT_IMPLEMENTED = 501;

    private Statuses() {}

    /**
     * The failure of an answer that is no success.
     *
     * @param name the file's name
     * @param retryAfter the header of that name
     * @throws TransientFailure when trying again may help; otherwise a {@link BlockException} is thrown
     */
    public static BlockException failure(String name, int status, Optional<String> retryAfter) throws TransientFailure {
        if (status == TOO_MANY_REQUESTS || status == UNAVAILABLE) {
            throw new TransientFailure(
                    Errno.EAGAIN,
                    "the server is overloaded (status " + status + ")",
                    retryAfter.flatMap(Statuses::pause));
        }
        if (status == REQUEST_TIMEOUT || (status >= SERVER_ERRORS && status != NOT_IMPLEMENTED)) {
            throw new TransientFailure(Errno.EIO, "the server failed (status " + status + ")");
        }
        return switch (status) {
            case 401, 407 ->
                BlockException.withErrno(
                        Problem.IO,
                        Errno.EACCES,
                        name + ": the server wants other credentials (status " + status
                                + "); check the user, password, token or keys of the stream");
            case 403 ->
                BlockException.withErrno(Problem.IO, Errno.EACCES, name + ": the server refuses access (status 403)");
            case 404, 410 ->
                new BlockException(
                        Problem.SOURCE_NOT_FOUND,
                        name + ": there is no such file on the server (status " + status + ")");
            case 412 -> ObjectState.changed(name, "the server has another version now (status 412)");
            default ->
                BlockException.withErrno(
                        Problem.IO, Errno.EBADMSG, name + ": the server answers with status " + status);
        };
    }

    /** A number of seconds, or a date. */
    private static Optional<Duration> pause(String retryAfter) {
        try {
            if (retryAfter.matches("\\d{1,9}")) {
                return Optional.of(Duration.ofSeconds(Long.parseLong(retryAfter)));
            }
            ZonedDateTime date = ZonedDateTime.parse(retryAfter, DateTimeFormatter.RFC_1123_DATE_TIME);
            Duration pause = Duration.between(Instant.now(), date.toInstant());
            return pause.isNegative() ? Optional.empty() : Optional.of(pause);
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }
}
