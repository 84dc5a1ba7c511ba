package berth.cli.call;

import berth.block.BlockException;
import berth.block.Layout;
import berth.ceph.CephStore;
import berth.cli.text.ByteSize;
import berth.posix.Errno;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/** Reads the layout of a new image and other sizes from a command's options. */
public final class LayoutOptions {
    private static final Set<String> FEATURES =
            Set.of("layering", "exclusive-lock", "object-map", "fast-diff", "deep-flatten", "striping");
    private static final Set<String> CEPH_FEATURES = Set.of("journaling");
    private static final Set<String> MISSING_FEATURES = Set.of("journaling", "data-pool", "non-primary");
    private static final long MEBIBYTE = 1L << 20;

    private LayoutOptions() {}

    /**
     * The layout that the options describe.
     *
     * @param base what holds where nothing is said
     * @param what the operation, for the message when the layout makes no sense
     */
    public static Layout layout(Call call, Layout base, String what) {
        checkFormat(call);
        checkFeatures(call);
        Arguments args = call.args();
        int order = order(call, base.order());
        boolean sameUnit = args.option("--stripe-unit").isEmpty();
        long unit = sameUnit
                ? (base.striped() ? base.stripeUnitBytes() : 1L << order)
                : size(args, "--stripe-unit", 1).orElseThrow();
        long count = args.option("--stripe-count").map(LayoutOptions::count).orElse(base.stripeCount());
        if (!sameUnit && args.option("--stripe-count").isEmpty() && count == 1 && unit != 1L << order) {
            throw CommandFailure.invalid("must specify both (or neither) of stripe-unit and stripe-count");
        }
        try {
            return new Layout(order, unit, count);
        } catch (BlockException e) {
            throw CommandFailure.of(what, e);
        }
    }

    /** Like {@link #layout} with RBD's usual layout as the base. */
    public static Layout layout(Call call, String what) {
        return layout(call, Layout.DEFAULT, what);
    }

    private static int order(Call call, int base) {
        Arguments args = call.args();
        if (args.option("--order").isPresent()) {
            call.console().complain("--order is deprecated, use --object-size");
            try {
                int order = Integer.parseInt(args.option("--order").get());
                if (order >= Layout.MIN_ORDER && order <= Layout.MAX_ORDER) {
                    return order;
                }
            } catch (NumberFormatException e) {
                // The same as a number out of range.
            }
            throw badArgument("--order");
        }
        OptionalLong objectSize = size(args, "--object-size", 1);
        if (objectSize.isEmpty()) {
            return base;
        }
        long bytes = objectSize.getAsLong();
        if (bytes < 1L << Layout.MIN_ORDER || bytes > 1L << Layout.MAX_ORDER) {
            throw badArgument("--object-size");
        }
        return (int)
                Math.round(Math.log((double) bytes) / Math.log(2)); // as rbd does with a size that is no power of two
    }

    private static long count(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw badArgument("--stripe-count");
        }
    }

    private static void checkFormat(Call call) {
        if (call.args().flag("--new-format")) {
            call.console().complain("--new-format is deprecated, use --image-format 2");
        }
        String format = call.args().option("--image-format").orElse("2");
        if (format.equals("1")) {
            throw new CommandFailure(Errno.EOPNOTSUPP.number(), "image format 1 is not supported: use format 2");
        }
        if (!format.equals("2")) {
            throw badArgument("--image-format");
        }
    }

    /** On a cluster the features count, see {@link CephOptions}; a local store has what it has. */
    private static void checkFeatures(Call call) {
        boolean local = !(call.store() instanceof CephStore);
        for (String feature : features(call.args().options("--image-feature"))) {
            if (local && MISSING_FEATURES.contains(feature)) {
                throw unsupported("image feature '" + feature + "'");
            }
            if (!FEATURES.contains(feature) && !CEPH_FEATURES.contains(feature)) {
                throw badArgument("--image-feature");
            }
        }
        if (local && call.args().option("--data-pool").isPresent()) {
            throw unsupported("--data-pool");
        }
        if (local && call.args().flag(CephOptions.SHARED)) {
            throw unsupported(CephOptions.SHARED);
        }
    }

    /** The features that the values of {@code --image-feature} name. */
    static List<String> features(List<String> values) {
        return values.stream().flatMap(list -> Stream.of(list.split(",", -1))).toList();
    }

    private static CommandFailure unsupported(String what) {
        return new CommandFailure(Errno.EOPNOTSUPP.number(), what + " is not supported by this store");
    }

    /** The value of {@code --size}, whose bare numbers are MiB. @throws CommandFailure when it is missing */
    public static long imageSize(Call call) {
        return size(call.args(), "--size", MEBIBYTE)
                .orElseThrow(() -> CommandFailure.invalid("must specify --size <M/G/T>"));
    }

    /**
     * The size that an option gives.
     *
     * @param bare the unit of a number without one
     * @throws CommandFailure when it is no size
     */
    public static OptionalLong size(Arguments args, String option, long bare) {
        if (args.option(option).isEmpty()) {
            return OptionalLong.empty();
        }
        OptionalLong size = ByteSize.parse(args.option(option).get(), bare);
        if (size.isEmpty()) {
            throw badArgument(option);
        }
        return size;
    }

    /** An option's value that is not of its kind: status 1. */
    public static CommandFailure badArgument(String option) {
        return CommandFailure.usage("the argument for option '" + option + "' is invalid");
    }
}
