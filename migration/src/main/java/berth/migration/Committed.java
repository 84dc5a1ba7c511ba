package berth.migration;

import berth.block.ImageSpec;
import java.util.List;

/**
 * A migration that was committed.
 *
 * @param receipt what was moved
 * @param receiptPlace where the receipt is
 * @param descendants the images that descend from the target; read-only openers of them do not notice the change
 */
public record Committed(Receipt receipt, String receiptPlace, List<ImageSpec> descendants) {
    public Committed {
        descendants = List.copyOf(descendants);
    }
}
