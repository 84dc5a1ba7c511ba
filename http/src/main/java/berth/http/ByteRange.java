package berth.http;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of a file's bytes as HTTP asks for it (RFC 9110, section 14).
 *
 * @param offset the first byte
 * @param length how many
 */
record ByteRange(long offset, long length) {
    private static final Pattern HEADER = Pattern.compile("bytes=(\\d{0,19})-(\\d{0,19})");

    /**
     * Reads the header {@code Range}.
     *
     * @return the range within the file; empty when there is none, or more than one was asked for
     */
    static Optional<ByteRange> parse(String header, long size) {
        Matcher matcher = HEADER.matcher(header);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String first = matcher.group(1);
        String last = matcher.group(2);
        try {
            if (first.isEmpty()) {
                long suffix = Math.min(size, Long.parseLong(last));
                return suffix == 0 ? Optional.empty() : Optional.of(new ByteRange(size - suffix, suffix));
            }
            long from = Long.parseLong(first);
            long to = last.isEmpty() ? size - 1 : Math.min(size - 1, Long.parseLong(last));
            return from > to ? Optional.empty() : Optional.of(new ByteRange(from, to - from + 1));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** The header {@code Content-Range} of the answer. */
    String contentRange(long size) {
        return "bytes " + offset + "-" + (offset + length - 1) + "/" + size;
    }
}
