package berth.migration;

import berth.block.BlockException;
import berth.block.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
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
        this.keyFile = keyFile(directory);
        this.sink = ReceiptSink.toDirectory(receipts(directory));
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

    /**
     * The public key of the store in {@code directory}, in the X.509 encoding.
     *
     * @throws BlockException {@link Problem#IO} with ENOENT when the store has issued no receipt yet; {@link
     *     Problem#MALFORMED}
     */
    public static byte[] publicKey(Path directory) {
        return SigningKey.readPublic(keyFile(directory));
    }

    /** The files of the receipts in the store in {@code directory}, by name in order. */
    public static List<Path> list(Path directory) {
        Path receipts = receipts(directory);
        if (!Files.isDirectory(receipts)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(receipts)) {
            return files.filter(file -> file.getFileName().toString().endsWith(".json"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw BlockException.of(e, "cannot list the receipts in " + receipts);
        }
    }

    private static Path keyFile(Path directory) {
        return directory.resolve("keys").resolve("receipt.pem");
    }

    private static Path receipts(Path directory) {
        return directory.resolve("receipts");
    }

    /** Keeps a receipt where {@code elsewhere} says, or in the store. @return where it is, for people */
    String write(Receipt receipt, Optional<ReceiptSink> elsewhere) {
        return elsewhere.orElse(sink).write(receipt);
    }
}
