package berth.cli.call;

import berth.block.ImageSpec;
import berth.ceph.PoolSpec;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text {@code pool/namespace/image@snapshot} taken apart. Parts that are not there are empty.
 *
 * @param pool the pool
 * @param namespace the namespace of the pool
 * @param image the image
 * @param snapshot the snapshot
 */
public record SpecText(
        Optional<String> pool, Optional<String> namespace, Optional<String> image, Optional<String> snapshot) {
    /** Nothing at all. */
    public static final SpecText NONE =
            new SpecText(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** The expression of {@code rbd}. */
    private static final Pattern IMAGE = Pattern.compile("(?:([^/]+)/(?:([^/@]+)/)?)?([^/@]+)(?:@([^/@]+))?");

    private static final Pattern POOL = Pattern.compile("([^/@]+)(?:/([^/@]+))?");

    /**
     * Takes the name of an image or snapshot apart.
     *
     * @throws CommandFailure {@code invalid spec} when it has not the form
     */
    public static SpecText parse(String text) {
        Matcher matcher = IMAGE.matcher(text);
        if (!matcher.matches()) {
            throw CommandFailure.invalid("invalid spec '" + text + "'");
        }
        return new SpecText(group(matcher, 1), group(matcher, 2), group(matcher, 3), group(matcher, 4));
    }

    /**
     * Takes the name of a pool, or of a namespace of one, apart.
     *
     * @throws CommandFailure {@code invalid pool name} when it has not the form
     */
    public static SpecText parsePool(String text) {
        Matcher matcher = POOL.matcher(text);
        if (!matcher.matches()) {
            throw CommandFailure.invalid("invalid pool name '" + text + "'");
        }
        return new SpecText(group(matcher, 1), group(matcher, 2), Optional.empty(), Optional.empty());
    }

    private static Optional<String> group(Matcher matcher, int group) {
        return Optional.ofNullable(matcher.group(group));
    }

    /** The name of an image. */
    public static SpecText of(ImageSpec spec) {
        PoolSpec pool = PoolSpec.parse(spec.pool());
        return new SpecText(
                Optional.of(pool.pool()), Optional.of(pool.namespace()), Optional.of(spec.image()), Optional.empty());
    }

    /** This one, with the image taken from another where it is missing. */
    SpecText orImage(SpecText other) {
        return new SpecText(pool, namespace, image.or(() -> other.image), snapshot);
    }

    /** This one without its image. */
    SpecText withoutImage() {
        return new SpecText(pool, namespace, Optional.empty(), Optional.empty());
    }

    /** This one, with what is missing taken from another. */
    public SpecText or(SpecText other) {
        return new SpecText(
                pool.or(() -> other.pool),
                namespace.or(() -> other.namespace),
                image.or(() -> other.image),
                snapshot.or(() -> other.snapshot));
    }

    /** The pool with the namespace, as stores name both together; {@code rbd} when no pool is named. */
    public String place() {
        return new PoolSpec(pool.orElse(Specs.DEFAULT_POOL), namespace.orElse("")).toString();
    }
}
