package berth.source.remote;

import berth.block.BlockException;
import berth.block.Problem;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a server says of a file.
 *
 * @param size its size in bytes
 * @param validators what changes when the file does, by name: {@code etag}, {@code last_modified}, {@code version_id}
 */
public record ObjectState(long size, Map<String, String> validators) {
    /** The name of the size among validators. */
    static final String SIZE = "size";

    public ObjectState {
        validators = Map.copyOf(validators);
    }

    /** The size and the validators. */
    Map<String, String> all() {
        Map<String, String> all = new TreeMap<>(validators);
        all.put(SIZE, Long.toString(size));
        return all;
    }

    /**
     * Makes sure that an answer is about the file in this state.
     *
     * @param name the file's name, for the message
     * @param now what the answer says
     * @throws BlockException {@link Problem#SOURCE_CHANGED}
     */
    public void requireSame(String name, ObjectState now) {
        if (!equals(now)) {
            throw changed(name, all() + " -> " + now.all());
        }
    }

    /** The failure of a request because the file is no longer in the state that it was opened in. */
    public static BlockException changed(String name, String what) {
        return new BlockException(Problem.SOURCE_CHANGED, name + " changed since it was opened: " + what);
    }
}
