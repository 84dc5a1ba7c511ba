package berth.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/** Commands that are simple enough to see what the connection did to them. */
final class ScriptHandler implements CommandHandler {
    final AtomicInteger running = new AtomicInteger();
    final AtomicInteger closed = new AtomicInteger();

    @Override
    public int run(Invocation invocation, CommandIo io) {
        running.incrementAndGet();
        try {
            return switch (invocation.args().getFirst()) {
                case "describe" -> {
                    say(
                            io,
                            invocation.args() + " " + invocation.directory() + " " + invocation.environment() + " "
                                    + invocation.terminal() + " " + invocation.remote());
                    io.err().write("on stderr".getBytes(StandardCharsets.UTF_8));
                    yield 7;
                }
                case "cat" -> {
                    io.in().transferTo(io.out());
                    yield 0;
                }
                case "count" -> {
                    say(io, Long.toString(count(io.in())));
                    yield 0;
                }
                case "wait" -> {
                    say(io, "waiting");
                    io.cancellation().await();
                    yield 125;
                }
                case "read" -> {
                    say(io, "reading");
                    yield io.in().read() < 0 ? 1 : 0;
                }
                default -> 1;
            };
        } catch (IOException e) {
            return 5;
        } finally {
            running.decrementAndGet();
        }
    }

    private static long count(InputStream in) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long total = 0;
        int n;
        while ((n = in.read(buffer)) >= 0) {
            total += n;
        }
        return total;
    }

    private static void say(CommandIo io, String text) throws IOException {
        io.out().write((text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        closed.incrementAndGet();
    }
}
