package berth.server;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/** An owner in this process that waits until it is closed. */
final class RunningOwner implements AutoCloseable {
    final ScriptHandler handler = new ScriptHandler();
    private final TestClient client;
    private final CompletableFuture<Integer> result;

    RunningOwner(Path directory) throws InterruptedException {
        client = new TestClient(directory, handler);
        result = client.start("wait");
        client.awaitText("waiting");
    }

    @Override
    public void close() {
        client.cancellation.cancel();
        result.join();
    }
}
