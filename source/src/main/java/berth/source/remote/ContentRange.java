package berth.source.remote;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The {@code Content-Range} of an answer (RFC 9110, section 14.4).
 *
 * @param first the first byte; empty in an answer that the range cannot be had
 * @param last the last byte; empty likewise
 * @param size the size of the whole file, if it is told
 */
record ContentRange(OptionalLong first, OptionalLong last, OptionalLong size) {
    /** Numbers of up to 18 digits fit a long. */
    private static final Pattern RANGE = Pattern.compile("bytes +(?:(\\d{1,18})-(\\d{1,18})|\\*)/(\\d{1,18}|\\*)");

    /** Reads a header; empty when it is not a range of bytes. */
    static Optional<ContentRange> parse(String header) {
        Matcher matcher = RANGE.matcher(header.strip());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        return Optional.of(
                new ContentRange(number(matcher.group(1)), number(matcher.group(2)), number(matcher.group(3))));
    }

    private static OptionalLong number(@Nullable String digits) {
        return digits == null || digits.equals("*") ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(digits));
    }

    /** Whether it is exactly this range. */
    boolean is(long offset, long length) {
        return first.equals(OptionalLong.of(offset)) && last.equals(OptionalLong.of(offset + length - 1));
    }
}
