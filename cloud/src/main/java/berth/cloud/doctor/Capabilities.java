package berth.cloud.doctor;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a user of Ceph may do, going by its capabilities for OSDs as {@code ceph auth get} shows them. A pool counts as
 * allowed only where that is certain; what is narrowed to namespaces, objects or tags does not count.
 *
 * @see <a href="https://docs.ceph.com/en/latest/rados/operations/user-management/#authorization-capabilities">capabilities</a>
 */
record Capabilities(String monitors, String osds) {
    private static final Pattern POOL = Pattern.compile("\\bpool[= ]\"?([^\\s\",]+)");
    private static final Pattern NARROWED = Pattern.compile("namespace|object_prefix|\\btag\\b|network");

    /** Whether images of a pool can be read. */
    boolean canRead(String pool) {
        return allows(pool, "profile rbd-read-only", "r") || canWrite(pool);
    }

    /** Whether images of a pool can be made and written. */
    boolean canWrite(String pool) {
        return allows(pool, "profile rbd", "rwx");
    }

    /** Whether the monitors answer what librbd asks them. */
    boolean canAskMonitors() {
        return monitors.contains("profile rbd") || monitors.contains("allow r") || monitors.contains("allow *");
    }

    /** Whether a client can shut out one that has died with an image's lock. */
    boolean canBlocklist() {
        return monitors.contains("profile rbd")
                || monitors.contains("allow *")
                || monitors.contains("blocklist")
                || monitors.contains("blacklist");
    }

    private boolean allows(String pool, String profile, String permissions) {
        for (String clause : osds.split(",", -1)) {
            String text = clause.strip().toLowerCase(Locale.ROOT);
            boolean grants = isProfile(text, profile) || isAllow(text, permissions);
            if (grants && !NARROWED.matcher(text).find() && isFor(clause, pool)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isProfile(String clause, String profile) {
        return clause.equals(profile) || clause.startsWith(profile + " ");
    }

    private static boolean isAllow(String clause, String permissions) {
        if (!clause.startsWith("allow ")) {
            return false;
        }
        String granted = clause.substring("allow ".length()).strip().split("\\s", 2)[0];
        return granted.equals("*")
                || (granted.matches("[rwx]+") && permissions.chars().allMatch(p -> granted.indexOf(p) >= 0));
    }

    private static boolean isFor(String clause, String pool) {
        Matcher matcher = POOL.matcher(clause);
        return !matcher.find() || matcher.group(1).equals(pool);
    }
}
