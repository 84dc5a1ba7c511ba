package berth.source.remote;

import berth.block.BlockException;
import berth.block.Problem;
import berth.posix.Errno;
import java.util.Optional;

/**
 * What has to hold of an answer with a range of a file, whatever the protocol.
 *
 * @param name the file's name, for messages
 */
public record RangeRules(String name) {
    private static final int MAX_QUOTED_CHARACTERS = 100;

    /**
     * The size of the whole file.
     *
     * @param contentRange the header of that name
     * @throws BlockException when it is not told
     */
    public long size(Optional<String> contentRange) {
        return contentRange
                .flatMap(ContentRange::parse)
                .orElseThrow(() -> senseless("it does not say which range it sends"))
                .size()
                .orElseThrow(() -> new BlockException(
                        Problem.UNSUPPORTED, name + ": the server does not say how long the file is"));
    }

    /** Makes sure that an answer has the range that was asked for. */
    public void requireRange(Optional<String> contentRange, long offset, int length) {
        boolean exact = contentRange
                .flatMap(ContentRange::parse)
                .filter(range -> range.is(offset, length))
                .isPresent();
        if (!exact) {
            throw senseless("it was asked for " + length + " bytes at " + offset + " and sends another range: "
                    + contentRange.map(RangeRules::quoted).orElse("none"));
        }
    }

    /** Makes sure that the bytes are those of the file as it is. */
    public void requirePlain(Optional<String> contentEncoding) {
        Optional<String> encoding =
                contentEncoding.filter(given -> !given.isEmpty() && !given.equalsIgnoreCase("identity"));
        if (encoding.isPresent()) {
            throw senseless("it sends the file encoded as " + quoted(encoding.get()) + ", which was not asked for");
        }
    }

    /**
     * Makes sure that an answer has as many bytes as were asked for.
     *
     * @param taken how many it has; one too many stands for any number
     * @throws TransientFailure when there are less
     * @throws BlockException when there are more
     */
    public void requireLength(int taken, int length) throws TransientFailure {
        if (taken > length) {
            throw senseless("it sends more than the " + length + " bytes that were asked for");
        }
        if (taken < length) {
            throw new TransientFailure(
                    Errno.EIO, "the server ended its answer after " + taken + " of " + length + " bytes");
        }
    }

    /** The failure of a request because the server breaks the rules of its protocol. */
    public BlockException senseless(String why) {
        return BlockException.withErrno(
                Problem.IO, Errno.EBADMSG, name + ": the server's answer makes no sense: " + why);
    }

    /** What a server sent, fit for a message. */
    public static String quoted(String text) {
        String printable = text.replaceAll("[^\\x20-\\x7e]", "?");
        return printable.substring(0, Math.min(printable.length(), MAX_QUOTED_CHARACTERS));
    }
}
