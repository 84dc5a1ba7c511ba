package berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import berth.cli.call.Arguments;
import berth.cli.call.Grammar;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CommandWordsTest {
    @Test
    void optionsMayStandBeforeTheCommand() {
        CommandWords words = CommandWords.of(List.of("-p", "vms", "--no-progress", "snap", "-a", "ls", "--image=x"));
        assertThat(words.verb()).contains(Verb.SNAP_LIST);
        assertThat(words.rest()).containsExactly("-p", "vms", "--no-progress", "-a", "--image=x");
    }

    @Test
    void theStoreIsFoundAnywhere() {
        assertThat(CommandWords.of(List.of("--store", "/s", "ls")).store()).isEqualTo("/s");
        assertThat(CommandWords.of(List.of("ls", "--store=/s")).store()).isEqualTo("/s");
        assertThat(CommandWords.of(List.of("ls")).store()).isNull();
    }

    @Test
    void argumentsThatLookLikeCommandsStayArguments() {
        CommandWords words = CommandWords.of(List.of("create", "ls", "--size", "1"));
        assertThat(words.verb()).contains(Verb.CREATE);
        assertThat(words.rest()).containsExactly("ls", "--size", "1");
    }

    @Test
    void everyOptionWithoutAValueIsKnownBeforehand() {
        Set<String> flags = new TreeSet<>();
        List<Grammar.Option> options = new ArrayList<>(Arguments.COMMON);
        for (Verb verb : Verb.values()) {
            options.addAll(verb.load().grammar().options());
        }
        options.stream().filter(option -> option.label() == null).forEach(option -> flags.addAll(option.names()));
        flags.add("--version");
        assertThat(CommandWords.FLAGS).containsExactlyInAnyOrderElementsOf(flags);
        assertThat(options.stream().filter(option -> option.label() != null))
                .noneMatch(option -> option.names().stream().anyMatch(flags::contains));
    }

    @ParameterizedTest
    @EnumSource(Verb.class)
    void everyCommandHasHelpWithAnExampleThatParses(Verb verb) {
        Grammar grammar = verb.load().grammar();
        assertThat(grammar.name()).isEqualTo(verb.names().getFirst());
        assertThat(grammar.examples()).isNotEmpty();
        for (String example : grammar.examples()) {
            String line = example.split(" [|<>&] ?", 2)[0];
            CommandWords words = CommandWords.of(List.of(line.split(" ")));
            assertThat(words.verb()).as(example).contains(verb);
            Arguments.parse(grammar, words.rest());
        }
        assertThat(Help.of(grammar).lines())
                .allMatch(line -> line.length() <= 100)
                .anyMatch(line -> line.startsWith("usage: berth "));
    }
}
