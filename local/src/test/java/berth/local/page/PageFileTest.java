package berth.local.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.local.io.PosixStoreFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages that do not fit into the cache. */
final class PageFileTest {
    private static final int CACHE_PAGES = 2;
    private static final int OTHER_PAGES = 20;

    @TempDir
    Path directory;

    private PageCache cache;
    private PageFile file;

    @BeforeEach
    void openFile() {
        cache = new PageCache(new PosixStoreFiles(directory), CACHE_PAGES);
        new PosixStoreFiles(directory).makeDirectory(PageFile.DIRECTORY);
        file = cache.file(1);
    }

    private void set(int page, long value) {
        file.update(page, 0, 1, _ -> value);
        file.capture(new ArrayList<>());
    }

    private void readOthers() {
        for (int page = 1; page <= OTHER_PAGES; page++) {
            assertThat(file.word(page, 0)).isZero();
        }
    }

    @Test
    void aPageThatIsBeingWrittenIsNotReadFromTheDiskMeanwhile() {
        set(0, 7);
        file.writeBack();
        set(0, 8);
        file.writeBack(() -> {
            readOthers();
            assertThat(file.word(0, 0)).isEqualTo(8);
        });
        readOthers();
        assertThat(file.word(0, 0)).isEqualTo(8);
    }

    @Test
    void aPageThatCouldNotBeWrittenStaysInMemory() {
        set(0, 7);
        assertThatThrownBy(() -> file.writeBack(() -> {
                    throw new IllegalStateException("no journal");
                }))
                .hasMessage("no journal");
        readOthers();
        assertThat(file.word(0, 0)).isEqualTo(7);
        file.writeBack();
        file.close();
        assertThat(cache.file(1).word(0, 0)).isEqualTo(7);
    }

    @Test
    void pagesThatDifferFromTheDiskAreCountedAndGoWhenTheyAreWritten() {
        for (int page = 0; page < OTHER_PAGES; page++) {
            set(page, page + 1);
        }
        assertThat(cache.queue().excess()).isEqualTo(OTHER_PAGES - CACHE_PAGES);
        file.writeBack();
        cache.queue().trim();
        assertThat(cache.queue().excess()).isZero();
        for (int page = 0; page < OTHER_PAGES; page++) {
            assertThat(file.word(page, 0)).isEqualTo(page + 1);
        }
    }
}
