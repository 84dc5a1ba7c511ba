package berth.migration;

import berth.block.BlockException;
import berth.block.Problem;
import berth.posix.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Where receipts go. */
@FunctionalInterface
public interface ReceiptSink {
    /**
     * Keeps a receipt; it is durable on return. May be called again with the same or a later receipt of the same move,
     * which then replaces the first.
     *
     * @return where it is, for people
     * @throws BlockException {@link Problem#IO}, {@link Problem#NO_SPACE}, {@link Problem#READ_ONLY}, after which the commit can be tried again
     */
    String write(Receipt receipt);

    /** A file for one receipt. */
    static ReceiptSink toFile(Path file) {
        return receipt -> {
            try {
                AtomicFile.write(file, receipt.toJson().getBytes(StandardCharsets.UTF_8), "rw-------");
            } catch (IOException e) {
                throw BlockException.of(e, "cannot write the receipt " + file);
            }
            return file.toString();
        };
    }

    /** A directory with one file for each receipt, named after the target's id. */
    static ReceiptSink toDirectory(Path directory) {
        return receipt -> toFile(directory.resolve(receipt.statement().target().id() + ".json"))
                .write(receipt);
    }
}
