package berth.fuzz;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.block.Problem;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What a parser must not do is told from what it may do. */
final class PromiseTest {
    private static final int BOUND = 1 << 20;
    private static final Promise PROMISE = Promise.of(BOUND, Problem.MALFORMED);

    @Test
    void aDeclaredFailureKeepsThePromise() {
        assertThatCode(() -> PROMISE.hold(() -> {
                    throw new BlockException(Problem.MALFORMED, "it is malformed");
                }))
                .doesNotThrowAnyException();
    }

    @Test
    void anotherProblemBreaksIt() {
        BlockException other = new BlockException(Problem.IO, "it cannot be read");
        assertThatThrownBy(() -> PROMISE.hold(() -> {
                    throw other;
                }))
                .isInstanceOf(BrokenPromise.class)
                .hasMessageContaining("IO")
                .hasCause(other);
    }

    @Test
    void anotherExceptionIsNotCaught() {
        assertThatThrownBy(() -> PROMISE.hold(() -> {
                    throw new IndexOutOfBoundsException("5");
                }))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void memoryBeyondTheBoundBreaksItEvenIfItIsGarbageAtOnce() {
        byte[][] last = new byte[1][];
        Runnable use = () -> {
            for (int i = 0; i < 64; i++) {
                last[0] = new byte[BOUND / 32];
            }
        };
        assertThatThrownBy(() -> PROMISE.hold(use))
                .isInstanceOf(BrokenPromise.class)
                .hasMessageContaining("at most " + BOUND);
        assertThatCode(() -> PROMISE.hold(() -> last[0] = new byte[BOUND / 2])).doesNotThrowAnyException();
    }

    @Test
    void aFileThatWasNotAllowedBreaksIt() {
        assertThatThrownBy(() -> OpenedFiles.opened(Path.of("/etc/shadow")))
                .isInstanceOf(BrokenPromise.class)
                .hasMessageContaining("/etc/shadow");
    }
}
