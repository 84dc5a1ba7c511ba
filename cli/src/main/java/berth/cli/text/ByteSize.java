package berth.cli.text;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.OptionalLong;

/** Sizes in bytes as {@code rbd} reads and writes them: binary units, {@code 20G} in, {@code 20 GiB} out. */
public final class ByteSize {
    private static final String UNITS = "BKMGTPE";
    private static final int MAX_DIGITS = 19;
    /** The longest number with unit that gets a fraction. */
    private static final int MAX_FRACTION_CHARACTERS = 7;

    private ByteSize() {}

    /**
     * Reads a size: digits, then nothing or one of B, K, M, G, T, P, E, with or without {@code i} or {@code iB}.
     *
     * @param text what was typed
     * @param bare the unit of a number without one, a power of two
     * @return the bytes; empty when it is not such a text or over 2^63 - 1
     */
    public static OptionalLong parse(String text, long bare) {
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        if (digits == 0 || digits > MAX_DIGITS) {
            return OptionalLong.empty();
        }
        long unit = unit(text.substring(digits), bare);
        try {
            long number = Long.parseLong(text.substring(0, digits));
            return unit == 0 ? OptionalLong.empty() : OptionalLong.of(Math.multiplyExact(number, unit));
        } catch (ArithmeticException | NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    /** The bytes of a unit; 0 when it is none. */
    private static long unit(String text, long bare) {
        if (text.isEmpty()) {
            return bare;
        }
        int power = UNITS.indexOf(Character.toUpperCase(text.charAt(0)));
        String rest = text.substring(1);
        if (power < 0 || !(rest.isEmpty() || (power > 0 && (rest.equals("i") || rest.equals("iB"))))) {
            return 0;
        }
        return 1L << (10 * power);
    }

    /** The size with the largest unit that it fills, for example {@code 39 MiB}, {@code 1.5 GiB}, {@code 0 B}. */
    public static String format(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        int power = (63 - Long.numberOfLeadingZeros(bytes)) / 10;
        long unit = 1L << (10 * power);
        String suffix = " " + UNITS.charAt(power) + "iB";
        if (bytes % unit == 0) {
            return bytes / unit + suffix;
        }
        BigDecimal exact = new BigDecimal((double) bytes / unit);
        for (int places = 2; ; places--) {
            String text = exact.setScale(places, RoundingMode.HALF_EVEN).toPlainString() + suffix;
            if (text.length() <= MAX_FRACTION_CHARACTERS || places == 0) {
                return text;
            }
        }
    }
}
