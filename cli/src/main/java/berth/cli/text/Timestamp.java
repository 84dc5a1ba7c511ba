package berth.cli.text;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.TimeZone;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Points in time in the form of {@code ctime(3)}: {@code Sat Nov 21 08:22:12 2026}. Made by hand, and with the older of
 * Java's two kinds of time zones: the newer one and a formatter cost more at start than the rest of a command.
 */
public final class Timestamp {
    private static final String DAYS = "MonTueWedThuFriSatSun";
    private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

    private Timestamp() {}

    /** The zone that the variable {@code TZ} names; the system's where it names none that is known here. */
    public static TimeZone zone(@Nullable String tz) {
        if (tz == null || tz.isEmpty()) {
            return TimeZone.getDefault();
        }
        String id = tz.startsWith(":") ? tz.substring(1) : tz;
        TimeZone zone = TimeZone.getTimeZone(id);
        return zone.getID().equals(id) ? zone : TimeZone.getDefault();
    }

    /** The text. */
    public static String format(Instant instant, TimeZone zone) {
        long offset = TimeUnit.MILLISECONDS.toSeconds(zone.getOffset(instant.toEpochMilli()));
        LocalDateTime time = LocalDateTime.ofEpochSecond(instant.getEpochSecond() + offset, 0, ZoneOffset.UTC);
        int day = 3 * (time.getDayOfWeek().getValue() - 1);
        int month = 3 * (time.getMonthValue() - 1);
        StringBuilder text = new StringBuilder()
                .append(DAYS, day, day + 3)
                .append(' ')
                .append(MONTHS, month, month + 3)
                .append(' ');
        pad(text, time.getDayOfMonth(), ' ').append(' ');
        pad(text, time.getHour(), '0').append(':');
        pad(text, time.getMinute(), '0').append(':');
        pad(text, time.getSecond(), '0').append(' ');
        return text.append(time.getYear()).toString();
    }

    private static StringBuilder pad(StringBuilder text, int number, char with) {
        if (number < 10) {
            text.append(with);
        }
        return text.append(number);
    }
}
