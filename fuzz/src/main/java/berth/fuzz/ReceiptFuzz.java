package berth.fuzz;

import berth.block.Problem;
import berth.migration.Receipt;
import java.nio.charset.StandardCharsets;

/** The input is the file of a receipt. */
public final class ReceiptFuzz {
    private static final Promise PROMISE =
            Promise.of(32 << 20, Problem.MALFORMED, Problem.NEWER_FORMAT, Problem.UNSUPPORTED);

    private ReceiptFuzz() {}

    /** Reads the receipt and checks its signature; both are the same after it was written again. */
    public static void fuzzerTestOneInput(byte[] input) {
        PROMISE.hold(() -> {
            Receipt receipt = Receipt.parse(new String(input, StandardCharsets.UTF_8));
            boolean valid = receipt.verifySignature();
            Receipt again = Receipt.parse(receipt.toJson());
            if (!again.equals(receipt) || again.verifySignature() != valid) {
                throw new BrokenPromise("it is another receipt when it is written again: " + receipt.toJson());
            }
            var _ = receipt.signer();
        });
    }
}
