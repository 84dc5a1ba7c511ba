package berth.migration;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** Time that passes only while someone waits for it, or when a test says so. Safe for use by several threads. */
final class FakeTime implements TimeSource {
    static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

    private final AtomicLong nanos = new AtomicLong();

    @Override
    public Instant now() {
        return START.plusNanos(nanos.get());
    }

    @Override
    public long nanos() {
        return nanos.get();
    }

    @Override
    public void sleep(long duration) {
        nanos.addAndGet(duration);
    }

    /** Lets time pass. */
    void pass(long duration) {
        nanos.addAndGet(duration);
    }
}
