package berth.nbd;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The byte stream to a client, plain or encrypted. One thread reads and one writes at a time. */
interface Transport {
    /**
     * Waits for at least one byte and takes what there is.
     *
     * @param into has room for at least one byte
     * @return the number of bytes, or -1 when the client has closed the stream
     */
    int read(ByteBuffer into) throws IOException;

    /** Lets one thread read while others write, from now on. */
    default void share() {}

    /** Sends all of the buffer. */
    void write(ByteBuffer from) throws IOException;

    /** Tells the client that nothing more will come, where the stream has a way to say so. The socket stays open. */
    void finish() throws IOException;
}
