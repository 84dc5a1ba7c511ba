package berth.source.remote;

import berth.block.BlockException;
import berth.block.Extent;
import berth.block.Problem;
import java.util.List;

/**
 * A file on a server that gives out ranges of it. Each call is one attempt; failures that another attempt may not have are
 * {@link TransientFailure}s, all others are final. Safe for use by several threads.
 */
public interface RemoteObject extends AutoCloseable {
    /** What the file is called in messages; never holds a secret. */
    String name();

    /** What is the same for two objects that are the same file, see {@link berth.source.stream.Stream#identity()}. */
    String identity();

    /**
     * Asks for size and validators as they are now.
     *
     * @throws TransientFailure when trying again may help
     * @throws BlockException {@link Problem#SOURCE_NOT_FOUND}; {@link Problem#UNSUPPORTED} when the server gives no ranges
     *     or nothing that tells a changed file; {@link Problem#IO} when access is refused or the answer makes no sense
     */
    ObjectState state() throws TransientFailure;

    /**
     * Reads a range.
     *
     * @param expected the state that the file has to be in
     * @param offset where the range begins
     * @param length at least 1; the range lies within the size
     * @return exactly {@code length} bytes
     * @throws TransientFailure when trying again may help
     * @throws BlockException as {@link #state()}; {@link Problem#SOURCE_CHANGED} when the file is in another state
     */
    byte[] read(ObjectState expected, long offset, int length) throws TransientFailure;

    /**
     * Says what is where, from the start of a range on as far as one answer tells: {@link Extent.Kind#DATA}, or
     * {@link Extent.Kind#UNALLOCATED} for what reads as zeroes. Everything is data where the protocol does not tell.
     *
     * @param length at least 1; the range lies within the size
     * @throws TransientFailure when trying again may help
     * @throws BlockException as {@link #read}
     */
    default List<Extent> extents(ObjectState expected, long offset, long length) throws TransientFailure {
        return List.of(new Extent(offset, length, Extent.Kind.DATA));
    }

    /** Ends all requests. */
    @Override
    void close();
}
