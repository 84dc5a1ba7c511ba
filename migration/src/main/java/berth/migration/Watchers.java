package berth.migration;

import berth.block.BlockException;
import berth.block.Problem;
import berth.block.Watcher;
import java.util.List;

/** Refusals because clients have an image open. */
final class Watchers {
    private Watchers() {}

    /** The refusal, with the watchers as its blockers, in the words of {@code rbd status}. */
    static BlockException refusal(String message, List<Watcher> watchers) {
        return new BlockException(
                Problem.IMAGE_IN_USE,
                message,
                watchers.stream()
                        .map(watcher -> "watcher=" + watcher.address() + " client." + watcher.client() + " cookie="
                                + watcher.cookie())
                        .toList());
    }
}
