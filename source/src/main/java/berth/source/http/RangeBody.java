package berth.source.http;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Takes the body of an answer: as many bytes as were asked for, and one more says that there are too many. A body that is
 * not wanted is not read at all, however long it is; its connection is closed.
 */
final class RangeBody implements BodySubscriber<RangeBody> {
    private final CompletableFuture<RangeBody> whole = new CompletableFuture<>();
    private final byte[] bytes;
    private Flow.@Nullable Subscription subscription;
    private volatile int taken;

    private RangeBody(int length) {
        bytes = new byte[length];
    }

    /** Takes up to so many bytes; with 0, takes none and does not mind how many there are. */
    static RangeBody of(int length) {
        return new RangeBody(length);
    }

    /** The bytes that came: as many as were asked for, or {@link #taken()} says otherwise. */
    byte[] bytes() {
        return bytes;
    }

    /** How many bytes have come; one more than were asked for when there were more. */
    int taken() {
        return taken;
    }

    @Override
    public CompletionStage<RangeBody> getBody() {
        return whole;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        if (bytes.length == 0) {
            given.cancel();
            whole.complete(this);
        } else {
            given.request(Long.MAX_VALUE);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        int at = taken;
        boolean more = false;
        for (ByteBuffer buffer : buffers) {
            int n = Math.min(buffer.remaining(), bytes.length - at);
            buffer.get(bytes, at, n);
            at += n;
            more |= buffer.hasRemaining();
        }
        taken = more ? bytes.length + 1 : at;
        Flow.Subscription given = subscription;
        if (more && given != null) {
            given.cancel();
            whole.complete(this);
        }
    }

    @Override
    public void onError(Throwable failure) {
        whole.completeExceptionally(failure instanceof IOException ? failure : new IOException(failure));
    }

    @Override
    public void onComplete() {
        whole.complete(this);
    }
}
