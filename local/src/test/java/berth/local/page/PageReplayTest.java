package berth.local.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.block.Problem;
import berth.local.io.PosixStoreFiles;
import berth.local.journal.JournalEntry;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a journal says of a page is applied where the page has such words, and is damage elsewhere. */
final class PageReplayTest {
    @TempDir
    Path directory;

    private PageFile file;

    @BeforeEach
    void openFile() {
        file = new PageCache(new PosixStoreFiles(directory), 16).file(1);
    }

    @Test
    void theLastWordsOfAPageAreApplied() {
        file.replay(new JournalEntry.PageWords(1, 0, Page.WORDS - 2, new long[] {5, 7}));
        assertThat(file.word(0, Page.WORDS - 1)).isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource({"-1, 0, 1", "0, -1, 1", "0, 512, 1", "0, 511, 2", "0, 0, 513"})
    void wordsThatNoPageHasAreDamage(int page, int firstWord, int words) {
        assertThatThrownBy(() -> file.replay(new JournalEntry.PageWords(1, page, firstWord, new long[words])))
                .isInstanceOfSatisfying(
                        BlockException.class, e -> assertThat(e.problem()).isEqualTo(Problem.CORRUPT))
                .hasMessageContaining("the journal is damaged");
    }
}
