package berth.source.http;

import berth.block.BlockException;
import berth.block.Problem;
import berth.posix.Errno;
import berth.source.remote.TransientFailure;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Sends requests to where the server says that the file is. Credentials go to the origin that they were given for and to no
 * other; from https the way never leads to http. Safe for use by several threads.
 */
final class Redirects {
    private static final int MOST = 5;
    private static final Set<Integer> STATUSES = Set.of(301, 302, 303, 307, 308);

    private final HttpAddress address;
    private final Exchange exchange;

    Redirects(HttpAddress address, Exchange exchange) {
        this.address = address;
        this.exchange = exchange;
    }

    /**
     * Sends a GET.
     *
     * @param headers adds the headers that say what is wanted
     * @param length the most bytes of the body
     * @return an answer that is no redirect
     * @throws BlockException {@link Problem#FORBIDDEN} when a redirect is not followed; {@link Problem#IO} when there are
     *     too many, or one leads nowhere
     */
    HttpResponse<RangeBody> send(Consumer<HttpRequest.Builder> headers, int length) throws TransientFailure {
        URI at = address.target();
        for (int hops = 0; hops <= MOST; hops++) {
            HttpRequest.Builder request = HttpRequest.newBuilder(at)
                    .header("Accept-Encoding", "identity")
                    .header("User-Agent", "berth");
            headers.accept(request);
            if (origin(at).equals(origin(address.target()))) {
                address.authorization().ifPresent(value -> request.header("Authorization", value));
            }
            HttpResponse<RangeBody> answer = exchange.send(request.build(), address.name(), length);
            if (!STATUSES.contains(answer.statusCode())) {
                return answer;
            }
            at = next(at, answer);
        }
        throw failed("there are more than " + MOST + " redirects");
    }

    private URI next(URI at, HttpResponse<RangeBody> answer) {
        URI next;
        try {
            next = at.resolve(
                    answer.headers().firstValue("Location").orElseThrow(() -> failed("a redirect names no address")));
        } catch (IllegalArgumentException _) {
            throw failed("a redirect names no address");
        }
        String scheme = String.valueOf(next.getScheme()).toLowerCase(Locale.ROOT);
        if (next.getHost() == null || !Set.of("http", "https").contains(scheme)) {
            throw failed("a redirect names no address of a web server");
        }
        if ("https".equalsIgnoreCase(at.getScheme()) && scheme.equals("http")) {
            throw new BlockException(
                    Problem.FORBIDDEN,
                    address.name() + ": the server redirects from https to http, where everybody on the way could"
                            + " change the data; not followed");
        }
        return next;
    }

    private BlockException failed(String why) {
        return BlockException.withErrno(
                Problem.IO, Errno.EBADMSG, address.name() + ": the server's redirects cannot be followed: " + why);
    }

    private static String origin(URI uri) {
        int known = "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
        int port = uri.getPort() < 0 ? known : uri.getPort();
        return (uri.getScheme() + "://" + uri.getHost() + ":" + port).toLowerCase(Locale.ROOT);
    }
}
