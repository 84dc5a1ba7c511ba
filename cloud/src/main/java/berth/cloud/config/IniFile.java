package berth.cloud.config;

import berth.block.BlockException;
import berth.block.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A configuration file as OpenStack's services read it (oslo.config): sections, whose names have their case, with options;
 * a line that begins with a blank goes on with the value before it; of several values of an option the last one counts.
 */
public final class IniFile {
    private static final int MAX_BYTES = 4 << 20;

    private final Map<String, Map<String, String>> sections;

    private IniFile(Map<String, Map<String, String>> sections) {
        this.sections = sections;
    }

    /** Reads a file. @throws BlockException {@link Problem#MALFORMED} when it is over 4 MiB, {@link Problem#IO} */
    public static IniFile read(Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new BlockException(Problem.MALFORMED, file + " is larger than 4 MiB");
            }
            return parse(Files.readAllBytes(file));
        } catch (IOException e) {
            throw BlockException.of(e, "cannot read " + file);
        }
    }

    /** Reads the text of a file; lines that are neither section nor option mean nothing. */
    public static IniFile parse(byte[] text) {
        Map<String, Map<String, String>> sections = new HashMap<>();
        Map<String, String> section = new HashMap<>();
        String option = "";
        for (String line : new String(text, StandardCharsets.UTF_8).lines().toList()) {
            String content = line.strip();
            if (content.isEmpty() || content.startsWith("#") || content.startsWith(";")) {
                option = "";
            } else if (Character.isWhitespace(line.charAt(0)) && !option.isEmpty()) {
                section.merge(option, content, (before, more) -> before + "\n" + more);
            } else if (content.startsWith("[") && content.endsWith("]")) {
                String name = content.substring(1, content.length() - 1).strip();
                section = sections.computeIfAbsent(name, _ -> new HashMap<>());
                option = "";
            } else {
                option = option(content);
                if (!option.isEmpty()) {
                    section.put(
                            option, content.substring(separator(content) + 1).strip());
                }
            }
        }
        return new IniFile(sections);
    }

    private static String option(String content) {
        int separator = separator(content);
        return separator < 1 ? "" : content.substring(0, separator).strip();
    }

    private static int separator(String content) {
        int equals = content.indexOf('=');
        int colon = content.indexOf(':');
        return equals < 0 || (colon >= 0 && colon < equals) ? colon : equals;
    }

    /** The value of an option; empty when the section does not have it or it has no value. */
    public Optional<String> value(String section, String option) {
        return Optional.ofNullable(sections.getOrDefault(section, Map.of()).get(option))
                .filter(value -> !value.isEmpty());
    }

    /** The names of the sections. */
    public Set<String> sections() {
        return Set.copyOf(sections.keySet());
    }
}
