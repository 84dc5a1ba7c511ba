package berth.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.block.Problem;
import berth.block.Source;
import berth.source.spec.QcowSpec;
import berth.source.spec.SourceSpec;
import berth.source.spec.StreamSpec;
import java.nio.file.Path;

/** Opens a source and says what came of it. */
record Opening(SourceSpec spec) {
    static Opening of(Path qcow) {
        return new Opening(QcowSpec.of(new StreamSpec.File(qcow)));
    }

    Source open() {
        return new SourceFactory(NativeResolver.NONE).open(spec);
    }

    void isAccepted() {
        try (Source source = open()) {
            assertThat(source.points()).isNotEmpty();
        }
    }

    void isRefused(Problem problem, String... inMessage) {
        assertThatThrownBy(this::open)
                .isInstanceOfSatisfying(
                        BlockException.class, e -> assertThat(e.problem()).isEqualTo(problem))
                .hasMessageContainingAll(inMessage);
    }
}
