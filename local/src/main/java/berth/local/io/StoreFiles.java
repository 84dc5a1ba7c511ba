package berth.local.io;

import java.util.List;

/**
 * The files of one store. Names are relative to the store's directory, with {@code /} between directory and file; there
 * is one level of directories at most. Safe for use by several threads. Failures are {@link
 * berth.block.BlockException}s with the errno of the file system.
 */
public interface StoreFiles {
    /** Opens an existing file for reading and writing. */
    StoreFile open(String name);

    /** Makes a file, or empties the one that is there. Its name is durable after {@link #syncDirectory}. */
    StoreFile create(String name);

    /** Whether the file exists. @throws berth.block.BlockException when that cannot be told */
    boolean exists(String name);

    /** The names in a directory (the empty string is the store's own), without the directory's name, in order. */
    List<String> list(String directory);

    /** Makes a directory in the store's own, unless it is there; durable after {@link #syncDirectory} of the latter. */
    void makeDirectory(String name);

    /** Removes a file, if it is there. Durable after {@link #syncDirectory}. */
    void delete(String name);

    /** Gives a file another name in one step, replacing what had it. Durable after {@link #syncDirectory}. */
    void rename(String from, String to);

    /** Makes the names in a directory durable. */
    void syncDirectory(String directory);
}
