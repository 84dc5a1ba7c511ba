package berth.source.qcow;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The header extensions that matter for reading; others are ignored.
 *
 * @param backingFormat the name of the backing file's format
 * @param dataFile the name of the external data file
 * @param incompatibleNames the names of incompatible features by bit number, from the feature name table
 */
record HeaderExtensions(
        Optional<String> backingFormat, Optional<String> dataFile, Map<Integer, String> incompatibleNames) {
    private static final int END = 0;
    private static final int BACKING_FORMAT = 0xe2792aca;
    private static final int FEATURE_NAMES = 0x6803f857;
    private static final int DATA_FILE = 0x44415441;
    private static final int PREFIX_BYTES = 8;
    private static final int FEATURE_BYTES = 48;
    private static final int FEATURE_NAME_BYTES = 46;
    private static final int INCOMPATIBLE = 0;

    static HeaderExtensions read(HeaderBytes header, int start, int end) {
        Optional<String> backingFormat = Optional.empty();
        Optional<String> dataFile = Optional.empty();
        Map<Integer, String> names = new HashMap<>();
        int at = start;
        while (at <= end - PREFIX_BYTES && header.int32(at) != END) {
            int type = header.int32(at);
            int length = header.int32(at + 4);
            int body = at + PREFIX_BYTES;
            if (length < 0 || length > end - body) {
                throw header.malformed("header extension 0x" + Integer.toHexString(type) + " of "
                        + Integer.toUnsignedString(length) + " bytes is not within the header");
            }
            switch (type) {
                case BACKING_FORMAT -> backingFormat = Optional.of(string(header, "backing format", body, length));
                case DATA_FILE -> dataFile = Optional.of(string(header, "data file name", body, length));
                case FEATURE_NAMES -> readNames(header, body, length, names);
                default -> {
                    // Unknown extensions can be ignored, says the specification.
                }
            }
            at = body + ((length + 7) & -8);
        }
        return new HeaderExtensions(backingFormat, dataFile, names);
    }

    private static String string(HeaderBytes header, String what, int body, int length) {
        if (length > HeaderBytes.MAX_NAME_BYTES) {
            throw header.malformed("the " + what + " is " + length + " bytes long");
        }
        return header.name(what, body, length);
    }

    private static void readNames(HeaderBytes header, int body, int length, Map<Integer, String> names) {
        for (int at = body; at + FEATURE_BYTES <= body + length; at += FEATURE_BYTES) {
            if (header.int8(at) == INCOMPATIBLE) {
                names.put(header.int8(at + 1), header.name("feature name", at + 2L, FEATURE_NAME_BYTES));
            }
        }
    }
}
