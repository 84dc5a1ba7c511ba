package berth.migration;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Issues the receipts of a store: in its directory, signed with its key. Safe for use by several threads. */
public final class Receipts {
    private final Path keyFile;
    private final ReceiptSink sink;
    private final String program;
    private final ReceiptStatement.Actor actor;
    private @Nullable SigningKey key;

    /**
     * Receipts of the store in {@code directory}: the key is {@code keys/receipt.pem}, made when it is first needed, and
     * receipts go to {@code receipts/ID.json} unless a commit says otherwise.
     *
     * @param program name and version of this program
     * @param actor who runs it
     */
    public Receipts(Path directory, String program, ReceiptStatement.Actor actor) {
        this.keyFile = directory.resolve("keys").resolve("receipt.pem");
        this.sink = ReceiptSink.toDirectory(directory.resolve("receipts"));
        this.program = program;
        this.actor = actor;
    }

    /** Name and version of this program. */
    String program() {
        return program;
    }

    /** Who runs it. */
    ReceiptStatement.Actor actor() {
        return actor;
    }

    /** Signs a statement. */
    synchronized Receipt sign(ReceiptStatement statement) {
        if (key == null) {
            key = SigningKey.openOrCreate(keyFile);
        }
        return Receipt.sign(statement, key);
    }

    /** Keeps a receipt where {@code elsewhere} says, or in the store. @return where it is, for people */
    String write(Receipt receipt, Optional<ReceiptSink> elsewhere) {
        return elsewhere.orElse(sink).write(receipt);
    }
}
