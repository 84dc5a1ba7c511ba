package berth.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The event descriptor. */
@Timeout(
        value = 30,
        unit = TimeUnit.SECONDS,
        threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // A lost event must fail.
final class EventCounterTest {
    @Test
    void aSignalGivenBeforeTheWaitIsNotLost() {
        try (EventCounter events = EventCounter.open()) {
            events.signal();
            events.signal();

            events.await();

            assertThat(events.descriptor()).isPositive();
        }
    }

    @Test
    void aWaitingThreadIsWokenByEachSignal() throws InterruptedException {
        try (EventCounter events = EventCounter.open();
                EventCounter answers = EventCounter.open()) {
            AtomicInteger woken = new AtomicInteger();
            Thread waiter = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 100; i++) {
                    events.await();
                    woken.incrementAndGet();
                    answers.signal();
                }
            });
            for (int i = 0; i < 100; i++) {
                events.signal();
                answers.await();
            }
            waiter.join();

            assertThat(woken).hasValue(100);
        }
    }
}
