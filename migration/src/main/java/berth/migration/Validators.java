package berth.migration;

import berth.block.BlockException;
import berth.block.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Compares what a source said of itself at two times; see {@link berth.block.Source#validators()}. */
final class Validators {
    private Validators() {}

    /** What differs, one line for each validator, in the order of their names. */
    static List<String> changes(Map<String, String> before, Map<String, String> now) {
        TreeSet<String> names = new TreeSet<>(before.keySet());
        names.addAll(now.keySet());
        List<String> changes = new ArrayList<>();
        for (String name : names) {
            String old = before.get(name);
            String current = now.get(name);
            if (old == null) {
                changes.add(name + ": none -> " + current);
            } else if (current == null) {
                changes.add(name + ": " + old + " -> none");
            } else if (!old.equals(current)) {
                changes.add(name + ": " + old + " -> " + current);
            }
        }
        return changes;
    }

    /** The refusal to go on, which names what changed. */
    static BlockException refusal(List<String> changes) {
        return new BlockException(
                Problem.SOURCE_CHANGED,
                "the source changed since the migration was prepared: " + String.join("; ", changes)
                        + ". Abort and prepare again, or accept the changed source if you know that its data are the"
                        + " same",
                changes);
    }
}
