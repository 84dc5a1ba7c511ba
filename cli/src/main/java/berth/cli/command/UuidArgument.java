package berth.cli.command;

import berth.cli.call.LayoutOptions;
import java.util.UUID;
import java.util.regex.Pattern;

/** UUIDs on the command line. */
final class UuidArgument {
    private static final Pattern UUID_TEXT = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    private UuidArgument() {}

    /** Whether it is one; Java itself would take shorter forms. */
    static boolean is(String text) {
        return UUID_TEXT.matcher(text).matches();
    }

    /** Reads one. @throws berth.cli.call.CommandFailure when it is none */
    static UUID parse(String text, String option) {
        if (!is(text)) {
            throw LayoutOptions.badArgument(option);
        }
        return UUID.fromString(text);
    }
}
