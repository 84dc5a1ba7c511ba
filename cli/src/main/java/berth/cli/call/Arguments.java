package berth.cli.call;

import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** A command's arguments after parsing. */
public final class Arguments {
    /** The options that every command takes. */
    public static final List<Grammar.Option> COMMON = List.of(
            new Grammar.Option(
                    List.of("--store"),
                    "directory",
                    false,
                    "the store's directory, or 'ceph' for a Ceph cluster [default: $BERTH_STORE, or /var/lib/berth for root"
                            + " and ~/.local/share/berth for others]"),
            new Grammar.Option(List.of("-h", "--help"), null, false, "show this help"));

    /** The options that name a Ceph cluster, as {@code rbd} has them; every command takes them. */
    public static final List<Grammar.Option> CLUSTER = List.of(
            new Grammar.Option(
                    List.of("-c", "--conf"), "path", false, "Ceph's configuration file; the store is its cluster"),
            new Grammar.Option(List.of("--id", "--user"), "id", false, "the Ceph user's id without 'client.'"),
            new Grammar.Option(List.of("-n", "--name"), "name", false, "the Ceph user's name, as client.ID"),
            new Grammar.Option(List.of("-m", "--mon_host"), "host", false, "the addresses of Ceph's monitors"),
            new Grammar.Option(List.of("--cluster"), "name", false, "the Ceph cluster's name"),
            new Grammar.Option(List.of("-K", "--keyring"), "path", false, "the file with the Ceph user's key"));

    /** The first use of picocli's own one looks for Groovy in all jars, which takes longer than most commands. */
    private static final IFactory FACTORY = new IFactory() {
        @Override
        public <K> K create(Class<K> type) throws Exception {
            return CommandLine.defaultFactory().create(type);
        }
    };

    private final ParseResult parsed;

    private Arguments(ParseResult parsed) {
        this.parsed = parsed;
    }

    /**
     * Parses arguments, from which the command's own words have been taken.
     *
     * @throws CommandFailure in the words of {@code rbd} when they do not fit the grammar
     */
    public static Arguments parse(Grammar grammar, List<String> args) {
        CommandLine line = new CommandLine(spec(grammar), FACTORY).setExpandAtFiles(false);
        try {
            return new Arguments(line.parseArgs(args.toArray(new String[0])));
        } catch (UnmatchedArgumentException e) {
            String first = e.getUnmatched().getFirst();
            throw CommandFailure.usage(
                    first.startsWith("-") ? "unrecognised option '" + first + "'" : "too many arguments");
        } catch (MissingParameterException e) {
            String option = e.getMissing().getFirst() instanceof OptionSpec missing ? missing.longestName() : "";
            throw CommandFailure.usage("the required argument for option '" + option + "' is missing");
        } catch (OverwrittenOptionException e) {
            String option = e.getOverwritten() instanceof OptionSpec twice ? twice.longestName() : "";
            throw CommandFailure.usage("option '" + option + "' cannot be specified more than once");
        } catch (ParameterException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        }
    }

    /** The grammar in picocli's terms. */
    public static CommandSpec spec(Grammar grammar) {
        CommandSpec spec = CommandSpec.wrapWithoutInspection(null, FACTORY)
                .name(grammar.name())
                .interpolateVariables(false);
        grammar.options().forEach(option -> spec.addOption(spec(option)));
        COMMON.forEach(option -> spec.addOption(spec(option)));
        CLUSTER.forEach(option -> spec.addOption(spec(option)));
        int index = 0;
        for (Grammar.Positional positional : grammar.positionals()) {
            spec.addPositional(PositionalParamSpec.builder()
                    .index(positional.many() ? index + "..*" : Integer.toString(index))
                    .arity(positional.many() ? "0..*" : "0..1")
                    .type(positional.many() ? List.class : String.class)
                    .auxiliaryTypes(String.class)
                    .paramLabel(positional.label())
                    .description(positional.description())
                    .build());
            index++;
        }
        return spec;
    }

    private static OptionSpec spec(Grammar.Option option) {
        OptionSpec.Builder builder =
                OptionSpec.builder(option.names().toArray(new String[0])).description(option.description());
        if (option.label() == null) {
            return builder.arity("0").type(boolean.class).build();
        }
        return builder.arity("1")
                .type(option.repeatable() ? List.class : String.class)
                .auxiliaryTypes(String.class)
                .paramLabel("<" + option.label() + ">")
                .build();
    }

    /** Whether an option without a value was given. */
    public boolean flag(String name) {
        return parsed.hasMatchedOption(name);
    }

    /** The value of an option. */
    public Optional<String> option(String name) {
        return Optional.ofNullable(parsed.matchedOptionValue(name, null));
    }

    /** The values of an option that may be given more than once. */
    public List<String> options(String name) {
        List<String> values = parsed.matchedOptionValue(name, null);
        return values == null ? List.of() : values;
    }

    /** The argument at a place, from 0. */
    public Optional<String> positional(int index) {
        return Optional.ofNullable(parsed.matchedPositionalValue(index, null));
    }

    /** The arguments from a place on, for a grammar whose place there takes many. */
    public List<String> positionalsFrom(int index) {
        List<String> values = parsed.matchedPositionalValue(index, null);
        return values == null ? List.of() : values;
    }
}
