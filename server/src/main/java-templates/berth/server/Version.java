package berth.server;

/** The version of this program. */
public final class Version {
    private static final String CURRENT = "${project.version}";

    private Version() {}

    /** The version, for example {@code 0.1.0}. */
    public static String current() {
        return CURRENT;
    }
}
