package berth.source.http;

import berth.block.BlockException;
import berth.block.Problem;
import berth.posix.Errno;
import berth.source.remote.ConnectionFailures;
import berth.source.remote.RemoteOptions;
import berth.source.remote.TransientFailure;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sends a request and waits for the whole answer, within bounds: the JDK's client has none for a body. Safe for use by
 * several threads.
 */
final class Exchange {
    private static final int PARTIAL_CONTENT = 206;

    private final HttpClient client;
    private final RemoteOptions options;

    Exchange(HttpClient client, RemoteOptions options) {
        this.client = client;
        this.options = options;
    }

    /**
     * Sends a request.
     *
     * @param name the server's name in messages
     * @param length the most bytes to take of a range's body; bodies of other answers are not taken
     */
    HttpResponse<RangeBody> send(HttpRequest request, String name, int length) throws TransientFailure {
        RangeBody range = RangeBody.of(length);
        CompletableFuture<HttpResponse<RangeBody>> answer =
                client.sendAsync(request, head -> head.statusCode() == PARTIAL_CONTENT ? range : RangeBody.of(0));
        try {
            return await(answer, range);
        } catch (ExecutionException e) {
            throw ConnectionFailures.of(name, e.getCause() == null ? e : e.getCause());
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new BlockException(Problem.CANCELLED, name + ": the request was interrupted", e);
        }
    }

    private HttpResponse<RangeBody> await(CompletableFuture<HttpResponse<RangeBody>> answer, RangeBody range)
            throws TransientFailure, ExecutionException, InterruptedException {
        long deadline = System.nanoTime() + options.requestTimeout().toNanos();
        int seen = 0;
        while (true) {
            long left = deadline - System.nanoTime();
            try {
                return answer.get(Math.min(left, options.stallTimeout().toNanos()), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                int taken = range.taken();
                if (taken == seen || System.nanoTime() >= deadline) {
                    answer.cancel(true);
                    throw tooSlow(taken, taken == seen ? options.stallTimeout() : options.requestTimeout());
                }
                seen = taken;
            }
        }
    }

    private static TransientFailure tooSlow(int taken, Duration time) {
        return new TransientFailure(
                Errno.ETIMEDOUT,
                "the server sent " + taken + " bytes and then nothing more in time (" + time.toMillis() + " ms)");
    }
}
