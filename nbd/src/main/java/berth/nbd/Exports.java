package berth.nbd;

import berth.block.BlockException;
import java.util.List;
import java.util.Optional;

/** What a server exports. Called by the threads of all connections at once. */
public interface Exports {
    /**
     * A line of the list that clients may ask for.
     *
     * @param name the export's canonical name: {@code pool/image} or {@code pool/image@snap}
     * @param description for people; may be empty
     */
    record Entry(String name, String description) {}

    /** The exports that a client is told of when it asks for the list. There may be others that can be opened. */
    List<Entry> list();

    /** The name of the export that a client gets which asks for the empty name, if there is one. */
    Optional<String> defaultName();

    /**
     * Opens an export for one connection.
     *
     * <p>The same export may be open several times. All of its devices must show one disk: each sees what the others
     * wrote as soon as it is acknowledged, and a flush of one covers the writes of all, because clients are told that
     * they may spread their requests over several connections.
     *
     * @param name as sent by the client: any text without NUL of at most 4096 bytes
     * @throws BlockException whose message the client gets to see
     */
    Export open(String name);
}
