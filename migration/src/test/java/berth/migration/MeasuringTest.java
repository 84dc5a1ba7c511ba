package berth.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import berth.block.Fill;
import berth.block.ObjectDigest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rates, the time that is left, and sizes in words. */
class MeasuringTest {
    private static final ObjectDigest DIGEST = new ObjectDigest(1, 2);

    private final FakeTime time = new FakeTime();

    @Test
    void aSteadyRateIsSeenAtOnceAndStays() {
        RateMeter rate = new RateMeter(time);
        assertThat(rate.perSecond()).isZero();
        for (int i = 0; i < 100; i++) {
            time.pass(TimeUnit.MILLISECONDS.toNanos(250));
            rate.add(250);
            assertThat(rate.perSecond()).isCloseTo(1000, within(1e-6));
        }
    }

    @Test
    void aChangedRateIsFollowedSmoothly() {
        RateMeter rate = new RateMeter(time);
        time.pass(TimeUnit.SECONDS.toNanos(1));
        rate.add(1000);
        time.pass(TimeUnit.SECONDS.toNanos(1));
        rate.add(0);
        assertThat(rate.perSecond()).isBetween(700.0, 900.0);
        for (int i = 0; i < 60; i++) {
            time.pass(TimeUnit.SECONDS.toNanos(1));
            rate.add(0);
        }
        assertThat(rate.perSecond()).isLessThan(1);
    }

    @Test
    void theTimeLeftComesFromTheBytesLeft() {
        CopyMeter meter =
                new CopyMeter(new CopyStatus(1, 4, 1000, 500, 4000, 0, Optional.empty()), CopyProgress.NONE, time);
        assertThat(meter.status().remaining()).isEmpty();
        time.pass(TimeUnit.SECONDS.toNanos(2));
        meter.copied(new Fill.Copied(1000, 700, Optional.of(DIGEST)));
        CopyStatus status = meter.status();
        assertThat(status.objectsDone()).isEqualTo(2);
        assertThat(status.bytesRead()).isEqualTo(2000);
        assertThat(status.bytesWritten()).isEqualTo(1200);
        assertThat(status.bytesPerSecond()).isCloseTo(500, within(1e-6));
        assertThat(status.remaining()).contains(Duration.ofSeconds(4));
        assertThat(status.percent()).isEqualTo(50);
    }

    @Test
    void aWrongExpectationGivesNoTimeInsteadOfANegativeOne() {
        CopyMeter meter = new CopyMeter(new CopyStatus(0, 4, 0, 0, 10, 0, Optional.empty()), CopyProgress.NONE, time);
        time.pass(TimeUnit.SECONDS.toNanos(1));
        meter.copied(new Fill.Copied(1000, 700, Optional.of(DIGEST)));
        assertThat(meter.status().remaining()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1023, 1023 B",
        "1024, 1 KiB",
        "1536, 1.5 KiB",
        "4194304, 4 MiB",
        "157286400, 150 MiB",
        "17592186044416, 16 TiB",
    })
    void sizesAreWrittenAsRbdWritesThem(long bytes, String text) {
        assertThat(Sizes.text(bytes)).isEqualTo(text);
    }
}
