package berth.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A command line taken apart as far as it goes without knowing the command: which command it is, and what is left for it.
 * As with {@code rbd}, options may stand before the command's words.
 *
 * @param verb the command; empty when the words call none
 * @param words the words that stand where the command's are expected
 * @param rest the other arguments
 * @param store the value of {@code --store}; null when not given
 * @param wantsHelp whether {@code --help} or {@code -h} is among them
 */
record CommandWords(
        Optional<Verb> verb,
        List<String> words,
        List<String> rest,
        @Nullable String store,
        boolean wantsHelp) {
    /** The options without a value. The others take the next argument, which then is no word of a command. */
    static final Set<String> FLAGS = Set.of(
            "--accept-changed-source",
            "--accept-client-writes",
            "--accept-flavor-mismatch",
            "--all",
            "-a",
            "--allow-plaintext-beyond-loopback",
            "--allow-shrink",
            "--data",
            "--dry-run",
            "--flatten",
            "--force",
            "--help",
            "-h",
            "--image-shared",
            "--import-only",
            "--long",
            "-l",
            "--migrations",
            "--new-format",
            "--no-progress",
            "--no-source",
            "--offline",
            "--pretty-format",
            "--read-only",
            "--repair",
            "--rollback",
            "--skip-source-verification",
            "--skip-verification",
            "--tls-optional",
            "--tls-verify-clients",
            "--version");

    private static final int MAX_WORDS = 3;

    static CommandWords of(List<String> args) {
        List<Integer> places = wordPlaces(args);
        Optional<Verb> verb = Optional.empty();
        int used = 0;
        for (int count = places.size(); count > 0 && verb.isEmpty(); count--) {
            verb = find(String.join(" ", words(args, places.subList(0, count))));
            used = count;
        }
        List<Integer> taken = verb.isEmpty() ? List.of() : places.subList(0, used);
        List<String> rest = new ArrayList<>();
        for (int i = 0; i < args.size(); i++) {
            if (!taken.contains(i)) {
                rest.add(args.get(i));
            }
        }
        boolean wantsHelp = args.contains("--help") || args.contains("-h");
        return new CommandWords(verb, words(args, places), rest, store(args), wantsHelp);
    }

    /** Where the first arguments stand that are neither options nor their values. */
    private static List<Integer> wordPlaces(List<String> args) {
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < args.size() && places.size() < MAX_WORDS; i++) {
            String arg = args.get(i);
            if (!arg.startsWith("-") || arg.equals("-")) {
                places.add(i);
            } else if (takesNext(arg)) {
                i++;
            }
        }
        return places;
    }

    private static boolean takesNext(String option) {
        boolean carriesValue = option.startsWith("--") ? option.indexOf('=') >= 0 : option.length() > 2;
        return !carriesValue && !FLAGS.contains(option);
    }

    private static List<String> words(List<String> args, List<Integer> places) {
        return places.stream().map(args::get).toList();
    }

    private static Optional<Verb> find(String words) {
        for (Verb verb : Verb.values()) {
            if (verb.names().contains(words)) {
                return Optional.of(verb);
            }
        }
        return Optional.empty();
    }

    private static @Nullable String store(List<String> args) {
        for (int i = 0; i < args.size(); i++) {
            if (args.get(i).startsWith("--store=")) {
                return args.get(i).substring("--store=".length());
            }
            if (args.get(i).equals("--store") && i + 1 < args.size()) {
                return args.get(i + 1);
            }
        }
        return null;
    }
}
