package berth.cli.text;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import org.jspecify.annotations.Nullable;

/** Points in time in the form of {@code ctime(3)}: {@code Sat Nov 21 08:22:12 2026}. */
public final class Timestamp {
    private static final String DAYS = "MonTueWedThuFriSatSun";
    private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

    private Timestamp() {}

    /** The zone that the variable {@code TZ} names; the system's where it names none that is known here. */
    public static ZoneId zone(@Nullable String tz) {
        if (tz == null || tz.isEmpty()) {
            return ZoneId.systemDefault();
        }
        try {
            return ZoneId.of(tz.startsWith(":") ? tz.substring(1) : tz);
        } catch (DateTimeException e) {
            return ZoneId.systemDefault();
        }
    }

    /** The text; made by hand because a formatter costs more at start than the rest of a command. */
    public static String format(Instant instant, ZoneId zone) {
        ZonedDateTime time = instant.atZone(zone);
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
