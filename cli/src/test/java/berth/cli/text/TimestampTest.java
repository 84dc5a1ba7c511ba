package berth.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.TimeZone;
import org.junit.jupiter.api.Test;

class TimestampTest {
    private static final long SEED = Long.getLong("berth.seed", System.nanoTime());
    private static final List<String> ZONES = List.of(
            "UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Kiritimati");
    private static final DateTimeFormatter CTIME =
            DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.ROOT);

    @Test
    void aMomentIsWrittenAsTheClocksOfItsZoneShowIt() {
        Random random = new Random(SEED);
        long end = Instant.parse("2040-01-01T00:00:00Z").getEpochSecond();
        for (int i = 0; i < 10_000; i++) {
            String zone = ZONES.get(random.nextInt(ZONES.size()));
            Instant moment = Instant.ofEpochSecond(random.nextLong(end), random.nextInt(1_000_000_000));

            assertThat(Timestamp.format(moment, Timestamp.zone(zone)))
                    .as("%s in %s, seed %d", moment, zone, SEED)
                    .isEqualTo(CTIME.format(moment.atZone(ZoneId.of(zone))));
        }
    }

    @Test
    void theZoneIsThatOfTheVariableOrOfTheSystemWhereItIsNotKnown() {
        assertThat(Timestamp.zone(":Asia/Tokyo").getID()).isEqualTo("Asia/Tokyo");
        assertThat(Timestamp.zone("Nowhere/Atlantis")).isEqualTo(TimeZone.getDefault());
        assertThat(Timestamp.zone("")).isEqualTo(TimeZone.getDefault());
        assertThat(Timestamp.zone(null)).isEqualTo(TimeZone.getDefault());
    }
}
