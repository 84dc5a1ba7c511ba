package berth.server;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** One command of a test, with its streams. */
final class TestClient {
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    final ByteArrayOutputStream err = new ByteArrayOutputStream();
    final Cancellation cancellation = new Cancellation();
    private final CommandIo io;
    private final StoreAccess access;

    TestClient(Path directory, String version, CommandHandler handler, InputStream in) {
        this.io = new CommandIo(in, out, err, cancellation);
        this.access = new StoreAccess(new StoreDirectory(directory), version, _ -> handler, Duration.ofSeconds(1));
    }

    TestClient(Path directory, CommandHandler handler) {
        this(directory, "test", handler, InputStream.nullInputStream());
    }

    int run(String... args) {
        Invocation invocation =
                new Invocation(List.of(args), Path.of("/some/where"), Map.of("TZ", "UTC"), false, false);
        return access.run(invocation, io);
    }

    /** Runs the command in a thread of its own. */
    CompletableFuture<Integer> start(String... args) {
        CompletableFuture<Integer> result = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                result.complete(run(args));
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    String text() {
        synchronized (out) {
            return out.toString(StandardCharsets.UTF_8);
        }
    }

    void awaitText(String text) throws InterruptedException {
        while (!text().contains(text)) {
            Thread.sleep(5);
        }
    }
}
