package berth.source;

import berth.block.Names;
import berth.source.qcow.QcowSnapshot;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Makes names of internal snapshots fit for images: QEMU allows any bytes, twice the same, and none at all. What is not
 * allowed in a name becomes {@code _}, an empty name becomes {@code snapshot-} and the id, and what is there already gets
 * a number. For one thread.
 */
final class SnapshotNames {
    private static final int MAX_LENGTH = Names.MAX_LENGTH - 16;

    private final Set<String> taken = new HashSet<>();
    /** The last number that a name got, so that thousands of equal names are not compared with each other. */
    private final Map<String, Integer> numbers = new HashMap<>();

    String nameOf(QcowSnapshot snapshot) {
        String given = snapshot.name().isEmpty() ? "snapshot-" + snapshot.id() : snapshot.name();
        StringBuilder cleaned = new StringBuilder();
        for (int i = 0; i < Math.min(given.length(), MAX_LENGTH); i++) {
            char c = given.charAt(i);
            boolean allowed = c != '/' && c != '@' && !Character.isISOControl(c);
            cleaned.append(allowed ? c : '_');
        }
        String base = cleaned.toString();
        String name = base;
        while (!taken.add(name)) {
            name = base + "-" + numbers.merge(base, 2, (last, _) -> last + 1);
        }
        return name;
    }
}
