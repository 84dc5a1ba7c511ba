package berth.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The throttle, the priority of clients, and the waiting that comes of both. */
class PacingTest {
    private static final long MILLIS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final FakeTime time = new FakeTime();
    private final AtomicLong requests = new AtomicLong();
    private final ClientPriority clients = new ClientPriority(requests::get, time);

    @ParameterizedTest
    @ValueSource(longs = {1, 1000, 1 << 20, 10L << 30})
    void whateverIsChargedTheRateIsKept(long rate) {
        long seed = Long.getLong("berth.test.seed", System.nanoTime());
        Random random = new Random(seed);
        Throttle throttle = new Throttle(rate, time);
        double charged = 0;
        for (int i = 0; i < 2000; i++) {
            long bytes = random.nextInt((int) Math.min(rate, 8 << 20)) + 1L;
            charged += bytes;
            time.pass(throttle.charge(bytes));
            if (random.nextInt(10) == 0) {
                time.pass(random.nextLong(SECOND));
            }
            double allowed = (time.nanos() + (double) Throttle.BURST_NANOS) / SECOND * rate;
            assertThat(charged).as("seed " + seed).isLessThanOrEqualTo(allowed * 1.000001 + 1);
        }
    }

    @Test
    void aSteadyLoadGetsTheWholeRate() {
        Throttle throttle = new Throttle(1 << 20, time);
        for (int i = 0; i < 100; i++) {
            time.pass(throttle.charge(1 << 20));
        }
        assertThat(time.nanos()).isEqualTo(100 * SECOND - Throttle.BURST_NANOS);
    }

    @Test
    void unusedTimeIsSavedUpOnlyForAMoment() {
        Throttle throttle = new Throttle(1000, time);
        time.pass(3600 * SECOND);
        assertThat(throttle.charge(250)).isZero();
        assertThat(throttle.charge(1000)).isEqualTo(SECOND);
    }

    @Test
    void aRateOfNothingIsRefused() {
        assertThatThrownBy(() -> new Throttle(0, time)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ExecuteOptions.DEFAULT.withBandwidth(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ExecuteOptions.DEFAULT.withWorkers(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void clientsAreActiveForAMomentAfterEachRequest() {
        assertThat(clients.clientsActive()).isFalse();
        requests.incrementAndGet();
        assertThat(clients.clientsActive()).isTrue();
        time.pass(ClientPriority.ACTIVE_NANOS - 1);
        assertThat(clients.clientsActive()).isTrue();
        time.pass(1);
        assertThat(clients.clientsActive()).isFalse();
    }

    @Test
    void withoutClientsNobodyRests() {
        assertThat(clients.restAfter(4 << 20, 10 * MILLIS)).isZero();
    }

    @Test
    void withClientsTheWorkerRestsThreeTimesAsLongAsItWorked() {
        requests.incrementAndGet();
        assertThat(clients.restAfter(4 << 20, 10 * MILLIS)).isEqualTo(30 * MILLIS);
    }

    @Test
    void theCopyNeverFallsBelowItsFloor() {
        requests.incrementAndGet();
        long object = 4 << 20;
        long atFloor = object * SECOND / ClientPriority.FLOOR_BYTES_PER_SECOND;
        assertThat(clients.restAfter(object, 200 * MILLIS)).isEqualTo(atFloor - 200 * MILLIS);
        assertThat(clients.restAfter(object, 300 * MILLIS)).isZero();
        assertThat(clients.restAfter(0, MILLIS)).as("an empty object").isZero();
    }

    @Test
    void onlyOneWorkerGoesOnWhileClientsAreActive() {
        Pacer pacer = new Pacer(clients, Optional.empty(), time);
        requests.incrementAndGet();
        pacer.before(0, () -> false);
        assertThat(time.nanos()).isZero();
        pacer.before(1, () -> false);
        assertThat(time.nanos()).isEqualTo(ClientPriority.ACTIVE_NANOS);
    }

    @Test
    void theLongerOfTwoWaitsCounts() {
        Pacer pacer = new Pacer(clients, Optional.of(new Throttle(1 << 20, time)), time);
        requests.incrementAndGet();
        pacer.after(1 << 20, 10 * MILLIS, () -> false);
        assertThat(time.nanos()).isEqualTo(SECOND - Throttle.BURST_NANOS);
    }

    @Test
    void whoIsToldToStopStopsWaitingSoon() {
        Pacer pacer = new Pacer(clients, Optional.of(new Throttle(1, time)), time);
        AtomicInteger looks = new AtomicInteger();
        pacer.after(1 << 20, 0, () -> looks.incrementAndGet() > 3);
        assertThat(time.nanos()).isEqualTo(3 * Pacer.SLICE_NANOS);
    }
}
