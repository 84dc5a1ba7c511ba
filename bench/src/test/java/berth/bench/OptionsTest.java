package berth.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {
    private static final Path HOME = Path.of("/home/berth");

    @Test
    void withoutArgumentsEverythingIsMeasuredOnBothFileSystems() {
        Options options = parse();
        assertThat(options.only()).isEmpty();
        assertThat(options.rounds()).isEqualTo(5);
        assertThat(options.places()).hasSize(2).endsWith(Path.of("/dev/shm"));
        assertThat(options.result()).isEqualTo(HOME.resolve("bench/RESULTS.md"));
    }

    @Test
    void optionsChooseWhatWhereAndHowLong() {
        Options options = parse("--only", "nbd", "--rounds", "7", "--seconds", "1", "--dir", "/mnt");
        assertThat(options)
                .isEqualTo(
                        new Options(Set.of("nbd"), 7, 1, List.of(Path.of("/mnt")), HOME.resolve("bench/RESULTS.md")));
    }

    @ParameterizedTest
    @CsvSource({"--only,nothing", "--rounds,0", "--rounds,x", "--seconds,-1", "--unknown,1"})
    void wrongArgumentsAreRefused(String option, String value) {
        assertThatThrownBy(() -> parse(option, value)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anOptionWithoutItsValueIsRefused() {
        assertThatThrownBy(() -> parse("--rounds")).hasMessageContaining("--rounds");
    }

    private static Options parse(String... arguments) {
        return Options.parse(List.of(arguments), Set.of("nbd", "start"), HOME);
    }
}
