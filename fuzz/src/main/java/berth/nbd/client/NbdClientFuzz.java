package berth.nbd.client;

import berth.block.BlockException;
import berth.block.Problem;
import berth.fuzz.BrokenPromise;
import berth.fuzz.Promise;
import berth.fuzz.ScriptedSocket;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The input is what an NBD server sends to Berth as its client: the handshake, then replies to three requests. */
public final class NbdClientFuzz {
    private static final Promise PROMISE =
            Promise.of(16 << 20, Problem.IO, Problem.UNSUPPORTED, Problem.SOURCE_NOT_FOUND);
    private static final int SMALL_BYTES = 512;
    private static final int LARGE_BYTES = 64 << 10;

    private NbdClientFuzz() {}

    /** Opens the export and waits for the replies. */
    public static void fuzzerTestOneInput(byte[] input) {
        PROMISE.hold(() -> {
            ScriptedSocket socket = new ScriptedSocket(input);
            ServerInput in = new ServerInput(socket);
            try {
                replies(in, new ClientHandshake(in, socket, "export").run());
            } catch (IOException _) {
                // The server went away during the handshake.
            }
        });
    }

    private static void replies(ServerInput in, ExportInfo info) {
        ReplyReader replies = new ReplyReader(in);
        Pending.Read small = new Pending.Read(0, SMALL_BYTES);
        Pending.Read large = new Pending.Read(SMALL_BYTES, LARGE_BYTES);
        Pending.Status status = new Pending.Status(info.allocationContext(), 0, LARGE_BYTES);
        replies.expect(1, small);
        replies.expect(2, large);
        replies.expect(3, status);
        replies.run();
        requireDeclared(replies.end());
        for (CompletableFuture<?> result : List.of(small.result(), large.result(), status.result())) {
            if (!result.isDone()) {
                throw new BrokenPromise("a request waits for ever");
            }
            if (result.isCompletedExceptionally()) {
                requireDeclared(result.exceptionNow());
            }
        }
    }

    private static void requireDeclared(@Nullable Throwable failure) {
        if (!(failure instanceof IOException || failure instanceof BlockException)) {
            throw new BrokenPromise("it failed with what it does not declare", failure);
        }
    }
}
