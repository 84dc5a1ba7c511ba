package berth.cloud.doctor;

import java.util.Locale;

/**
 * What a check found.
 *
 * @param level how bad it is
 * @param check the check, a word or two, for programs
 * @param message what is so
 * @param advice what to do; empty when all is well
 */
public record Finding(Level level, String check, String message, String advice) {
    /** How bad a finding is. */
    public enum Level {
        /** As it should be. */
        OK,
        /** Could be as it is meant, or could not be looked at. */
        WARNING,
        /** Something will fail. */
        ERROR;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Finding ok(String check, String message) {
        return new Finding(Level.OK, check, message, "");
    }

    static Finding warning(String check, String message, String advice) {
        return new Finding(Level.WARNING, check, message, advice);
    }

    static Finding error(String check, String message, String advice) {
        return new Finding(Level.ERROR, check, message, advice);
    }

    /** The finding for people, one or two lines. */
    public String text() {
        String first = "%-7s  %s: %s\n".formatted(level, check, message);
        return advice.isEmpty() ? first : first + "         " + advice + "\n";
    }
}
