package berth.migration;

import berth.block.BlockStore;
import berth.block.ImageSpec;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds the clones of an image, and theirs. */
final class Descendants {
    private Descendants() {}

    /** All images that descend from any snapshot of an image, nearest first. */
    static List<ImageSpec> of(BlockStore store, ImageSpec image) {
        Set<ImageSpec> found = new LinkedHashSet<>();
        Deque<ImageSpec> next = new ArrayDeque<>(List.of(image));
        while (!next.isEmpty()) {
            for (ImageSpec child : store.children(next.remove(), Optional.empty())) {
                if (found.add(child)) {
                    next.add(child);
                }
            }
        }
        return List.copyOf(found);
    }
}
