package berth.cli.call;

import berth.posix.Errno;
import java.util.Optional;

/**
 * The text {@code pool/image@snapshot} taken apart. Parts that are not there are empty.
 *
 * @param pool the pool
 * @param image the image
 * @param snapshot the snapshot
 */
public record SpecText(Optional<String> pool, Optional<String> image, Optional<String> snapshot) {
    /** Nothing at all. */
    public static final SpecText NONE = new SpecText(Optional.empty(), Optional.empty(), Optional.empty());

    /**
     * Takes a text apart.
     *
     * @throws CommandFailure {@code invalid spec} when it has not the form, or names a namespace, which this store does
     *     not have
     */
    public static SpecText parse(String text) {
        int slash = text.indexOf('/');
        String rest = text.substring(slash + 1);
        if (rest.indexOf('/') >= 0) {
            boolean inSnapshot = rest.indexOf('@') >= 0 && rest.indexOf('@') < rest.indexOf('/');
            if (!inSnapshot && rest.indexOf('/') == rest.lastIndexOf('/') && rest.indexOf('/') > 0) {
                throw new CommandFailure(
                        Errno.EOPNOTSUPP.number(),
                        "invalid spec '" + text + "': this store has no namespaces; use <pool-name>/<image-name>");
            }
            throw invalid(text);
        }
        int at = rest.indexOf('@');
        String image = at < 0 ? rest : rest.substring(0, at);
        String snapshot = at < 0 ? null : rest.substring(at + 1);
        if (slash == 0 || image.isEmpty() || (snapshot != null && (snapshot.isEmpty() || snapshot.indexOf('@') >= 0))) {
            throw invalid(text);
        }
        return new SpecText(
                slash < 0 ? Optional.empty() : Optional.of(text.substring(0, slash)),
                Optional.of(image),
                Optional.ofNullable(snapshot));
    }

    private static CommandFailure invalid(String text) {
        return CommandFailure.invalid("invalid spec '" + text + "'");
    }

    /** This one, with what is missing taken from another. */
    public SpecText or(SpecText other) {
        return new SpecText(pool.or(() -> other.pool), image.or(() -> other.image), snapshot.or(() -> other.snapshot));
    }
}
