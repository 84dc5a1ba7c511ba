package berth.source.remote;

import berth.block.BlockException;
import berth.block.Extent;
import berth.block.ExtentMerger;
import berth.block.ExtentSink;
import berth.block.Limits;
import berth.block.Problem;
import berth.source.stream.Stream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** A file on a server. */
public final class RemoteStream implements Stream {
    private final RemoteObject object;
    private final Retry retry;
    private final ObjectState state;
    private final ReadAhead chunks;

    /** What is known of a server. */
    public enum Contact {
        /** Nothing: its address may be wrong, so who asks is told soon that nobody listens there. */
        FIRST,
        /** The file was open before: its server is waited for. */
        AGAIN
    }

    private RemoteStream(RemoteObject object, Retry retry, ObjectState state, ReadAheadPolicy readAhead) {
        this.object = object;
        this.retry = retry;
        this.state = state;
        this.chunks = new ReadAhead(this::fetch, state.size(), readAhead);
    }

    /**
     * Opens a file.
     *
     * @param object the file; closed with the stream, and when it cannot be opened
     * @param contact whether its server is known to have answered
     * @throws BlockException as {@link RemoteObject#state()}
     */
    public static RemoteStream open(RemoteObject object, RemoteOptions options, Contact contact) {
        RandomGenerator random = RandomGenerator.getDefault();
        RetryPolicy opening = contact == Contact.FIRST ? options.retry().forFirstContact() : options.retry();
        try {
            ObjectState state = new Retry(opening, random).run("failed to open " + object.name(), object::state);
            return new RemoteStream(object, new Retry(options.retry(), random), state, options.readAhead());
        } catch (RuntimeException e) {
            object.close();
            throw e;
        }
    }

    @Override
    public String name() {
        return object.name();
    }

    @Override
    public String identity() {
        return object.identity();
    }

    @Override
    public long size() {
        return state.size();
    }

    /**
     * {@inheritDoc}
     *
     * @throws BlockException {@link Problem#SOURCE_CHANGED} when the file is no longer the one that was opened
     */
    @Override
    public void read(long offset, ByteBuffer into) {
        Limits.checkRange(offset, into.remaining(), state.size());
        if (into.hasRemaining()) {
            chunks.read(offset, into);
        }
    }

    private byte[] fetch(long offset, int length) {
        return retry.run(
                "reading " + length + " bytes at " + offset + " of " + object.name(),
                () -> object.read(state, offset, length));
    }

    @Override
    public void extents(long offset, long length, ExtentSink sink) {
        Limits.checkRange(offset, length, state.size());
        ExtentMerger merger = new ExtentMerger(sink);
        long end = offset + length;
        for (long at = offset; at < end; ) {
            for (Extent extent : extentsFrom(at, end)) {
                merger.accept(extent.offset(), extent.length(), extent.kind());
                at = extent.end();
            }
        }
        merger.finish();
    }

    private List<Extent> extentsFrom(long start, long end) {
        return retry.run("looking for holes of " + object.name(), () -> object.extents(state, start, end - start));
    }

    /** Size, ETag, time of change and version, as far as the server gives them. */
    @Override
    public Map<String, String> validators() {
        return retry.run("failed to look at " + object.name(), object::state).all();
    }

    @Override
    public void close() {
        retry.close();
        object.close();
        chunks.close();
    }
}
