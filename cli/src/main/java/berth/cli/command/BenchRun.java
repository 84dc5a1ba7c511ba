package berth.cli.command;

import berth.block.BlockException;
import berth.block.Image;
import berth.block.Problem;
import berth.server.Cancellation;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One run of {@code bench}: threads that read and write an image until enough is done. */
final class BenchRun {
    /** Takes the counters once a second, in the thread that called {@link BenchRun#run}. */
    interface Report {
        void second(int seconds, long operations, double elapsedSeconds);
    }

    private static final double NANOS = 1e9;

    private final Image image;
    private final BenchSettings settings;
    private final Cancellation cancellation;
    private final AtomicLong started = new AtomicLong();
    private final AtomicLong finished = new AtomicLong();
    private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
    private double elapsedSeconds;

    BenchRun(Image image, BenchSettings settings, Cancellation cancellation) {
        this.image = image;
        this.settings = settings;
        this.cancellation = cancellation;
    }

    /** Does all operations and makes them durable. */
    void run(Report report) {
        CountDownLatch running = new CountDownLatch(settings.threads());
        long start = System.nanoTime();
        for (int i = 0; i < settings.threads(); i++) {
            int worker = i;
            Thread.ofPlatform().name("bench " + i).start(() -> {
                try {
                    work(worker);
                } catch (RuntimeException e) {
                    failure.compareAndSet(null, e);
                } finally {
                    running.countDown();
                }
            });
        }
        reportUntilDone(running, start, report);
        RuntimeException failed = failure.get();
        if (failed != null) {
            throw failed;
        }
        if (settings.readPercent() < 100) {
            image.flush();
        }
        elapsedSeconds = (System.nanoTime() - start) / NANOS;
        if (cancellation.isCancelled()) {
            throw new BlockException(Problem.CANCELLED, "the benchmark was cancelled");
        }
    }

    private void reportUntilDone(CountDownLatch running, long start, Report report) {
        try {
            int seconds = 0;
            while (!running.await(1, TimeUnit.SECONDS)) {
                seconds++;
                report.second(seconds, finished.get(), (System.nanoTime() - start) / NANOS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            cancellation.cancel();
        }
    }

    private void work(int worker) {
        SplittableRandom random = new SplittableRandom(worker);
        ByteBuffer buffer = ByteBuffer.allocateDirect(settings.ioBytes());
        byte[] content = new byte[settings.ioBytes()];
        random.nextBytes(content);
        buffer.put(content);
        long slots = image.size() / settings.ioBytes();
        long slot = slots / settings.threads() * worker;
        while (started.getAndIncrement() < settings.operations()
                && !cancellation.isCancelled()
                && failure.get() == null) {
            slot = settings.random() ? random.nextLong(slots) : slot % slots;
            long offset = slot * settings.ioBytes();
            buffer.clear();
            if (random.nextInt(100) < settings.readPercent()) {
                image.read(offset, buffer);
            } else {
                image.write(offset, buffer);
            }
            finished.incrementAndGet();
            slot++;
        }
    }

    /** How many operations were done. */
    long operations() {
        return finished.get();
    }

    /** How long they took. */
    double elapsedSeconds() {
        return elapsedSeconds;
    }
}
