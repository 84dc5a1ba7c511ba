package berth.ceph;

/**
 * The names of images that become images of other names when they are complete. One name for each target, so that two
 * copies to one target find each other.
 */
final class HiddenNames {
    private static final String PREFIX = ".berth-copy.";

    private HiddenNames() {}

    /** The name that an image has until it gets its own. */
    static String of(String target) {
        return PREFIX + target;
    }

    static boolean isHidden(String name) {
        return name.startsWith(PREFIX);
    }
}
