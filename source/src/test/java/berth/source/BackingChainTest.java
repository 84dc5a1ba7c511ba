package berth.source;

import static berth.source.qcow.HandmadeImage.DATA_FILE_TYPE;
import static berth.source.qcow.HandmadeImage.INCOMPATIBLE_AT;
import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Problem;
import berth.block.Source;
import berth.source.qcow.HandmadeImage;
import berth.source.spec.DiskFormat;
import berth.source.spec.QcowSpec;
import berth.source.spec.StreamSpec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which files an image may name, and in which formats they are read. */
final class BackingChainTest {
    private static final byte[] SECRET = "secret of another tenant".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path temp;

    private Path images;
    private Path elsewhere;

    @BeforeEach
    void makeDirectories() {
        images = TestFiles.directory(temp.resolve("images"));
        elsewhere = TestFiles.directory(temp.resolve("elsewhere"));
        TestFiles.write(images.resolve("base.raw"), SECRET);
        TestFiles.write(elsewhere.resolve("base.raw"), SECRET);
    }

    private Path overlay(String backing, String format) {
        return HandmadeImage.small().backing(backing, format).write(images.resolve("overlay.qcow2"));
    }

    private static Opening allowing(Path overlay, Path... directories) {
        return new Opening(new QcowSpec(new StreamSpec.File(overlay), List.of(), Optional.of(List.of(directories))));
    }

    private static void readsSecret(Opening opening) {
        try (Source source = opening.open()) {
            ByteBuffer read = ByteBuffer.allocate(SECRET.length);
            source.points().getLast().reader().read(0, read);
            assertThat(read.array()).isEqualTo(SECRET);
        }
    }

    @Test
    void withoutAllowListTheImagesOwnDirectoryIsAllowed() {
        readsSecret(Opening.of(overlay("base.raw", "raw")));
        readsSecret(Opening.of(overlay(images.resolve("base.raw").toString(), "raw")));
    }

    @Test
    void withoutAllowListOtherDirectoriesAreRefused() {
        String[] names = {"../elsewhere/base.raw", elsewhere.resolve("base.raw").toString(), "/etc/passwd"};
        for (String name : names) {
            Opening.of(overlay(name, "raw")).isRefused(Problem.FORBIDDEN, "backing_allow", "overlay.qcow2");
        }
    }

    @Test
    void directoriesBelowTheImagesOwnAreNotAllowedUnasked() {
        TestFiles.write(TestFiles.directory(images.resolve("below")).resolve("base.raw"), SECRET);
        Opening.of(overlay("below/base.raw", "raw")).isRefused(Problem.FORBIDDEN, "is not in");
        readsSecret(allowing(overlay("below/base.raw", "raw"), images));
    }

    @Test
    void symbolicLinksOutOfTheDirectoryAreRefused() {
        TestFiles.link(images.resolve("link.raw"), elsewhere.resolve("base.raw"));
        TestFiles.link(images.resolve("linked"), elsewhere);
        Opening.of(overlay("link.raw", "raw")).isRefused(Problem.FORBIDDEN, "is not in");
        allowing(overlay("link.raw", "raw"), images).isRefused(Problem.FORBIDDEN, "is not in");
        allowing(overlay("linked/base.raw", "raw"), images).isRefused(Problem.FORBIDDEN, "is not in");
        readsSecret(allowing(overlay("link.raw", "raw"), elsewhere));
    }

    @Test
    void allowedDirectoriesMayBeSymbolicLinks() {
        Path link = TestFiles.link(temp.resolve("link"), elsewhere);
        readsSecret(allowing(overlay("../elsewhere/base.raw", "raw"), link));
        readsSecret(allowing(overlay(link.resolve("base.raw").toString(), "raw"), elsewhere));
    }

    @Test
    void anEmptyAllowListAllowsNothing() {
        allowing(overlay("base.raw", "raw")).isRefused(Problem.FORBIDDEN, "is not in");
    }

    @Test
    void moreDirectoriesCanBeAllowedBesidesTheImagesOwn() {
        Path overlay = overlay("../elsewhere/base.raw", "raw");
        QcowSpec spec = QcowSpec.of(new StreamSpec.File(overlay)).alsoAllowing(List.of(elsewhere));
        readsSecret(new Opening(spec));
        overlay("base.raw", "raw");
        readsSecret(new Opening(spec));
    }

    @Test
    void anImageCannotAskWhichFilesExistElsewhere() {
        Opening.of(overlay(elsewhere.resolve("no-such-file").toString(), "raw"))
                .isRefused(Problem.FORBIDDEN, "is not in");
        Opening.of(overlay(temp.resolve("no/such/dir").toString(), "raw")).isRefused(Problem.FORBIDDEN, "is not in");
        Opening.of(overlay("no-such-file", "raw")).isRefused(Problem.SOURCE_NOT_FOUND, "no-such-file");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "json:{\"driver\":\"file\",\"filename\":\"/etc/passwd\"}",
                "nbd:localhost:10809",
                "http://localhost/base.raw",
                "https://localhost/base.raw",
                "file:base.raw",
                "rbd:rbd/image"
            })
    void protocolsAreRefused(String name) {
        Opening.of(overlay(name, "raw")).isRefused(Problem.FORBIDDEN, "protocol");
    }

    @Test
    void formatsAreNeverGuessed() {
        HandmadeImage.small().write(images.resolve("base.qcow2"));
        Path overlay = overlay("base.qcow2", "");
        Opening.of(overlay).isRefused(Problem.INVALID_ARGUMENT, "backing_format", "not guessed");
        for (DiskFormat format : DiskFormat.values()) {
            QcowSpec spec = new QcowSpec(new StreamSpec.File(overlay), List.of(format), Optional.empty());
            try (Source source = new Opening(spec).open()) {
                assertThat(((DiskSource) source).files()).hasSize(2);
            }
        }
    }

    @Test
    void aRawBackingFileIsRawWhateverItsFirstBytesAre() {
        byte[] base = HandmadeImage.small().backing("/etc/passwd", "raw").bytes();
        TestFiles.write(images.resolve("base.img"), base);
        try (Source source = Opening.of(overlay("base.img", "raw")).open()) {
            ByteBuffer read = ByteBuffer.allocate(base.length);
            source.points().getLast().reader().read(0, read);
            assertThat(read.array()).isEqualTo(base);
        }
    }

    @Test
    void theSpecsFormatGoesBeforeTheImages() {
        Path overlay = overlay("base.raw", "qcow2");
        Opening.of(overlay).isRefused(Problem.MALFORMED, "base.raw");
        readsSecret(new Opening(new QcowSpec(new StreamSpec.File(overlay), List.of(DiskFormat.RAW), Optional.empty())));
    }

    @Test
    void otherFormatsAreRefused() {
        Opening.of(overlay("base.raw", "vmdk")).isRefused(Problem.UNSUPPORTED, "'vmdk'");
    }

    @Test
    void loopsAreFound() {
        Opening.of(overlay("overlay.qcow2", "qcow2")).isRefused(Problem.MALFORMED, "loop");
        HandmadeImage.small().backing("overlay.qcow2", "qcow2").write(images.resolve("b.qcow2"));
        Opening.of(overlay("b.qcow2", "qcow2")).isRefused(Problem.MALFORMED, "loop");
        TestFiles.link(images.resolve("c.qcow2"), Path.of("overlay.qcow2"));
        Opening.of(overlay("c.qcow2", "qcow2")).isRefused(Problem.MALFORMED, "loop");
    }

    @Test
    void chainsOf200FilesAreReadAndLongerOnesRefused() {
        HandmadeImage last = new HandmadeImage(12, 1 << 20, 2).backing("base.raw", "raw");
        last.write(images.resolve("1"));
        for (int i = 2; i <= 200; i++) {
            new HandmadeImage(12, 1 << 20, 2)
                    .backing(Integer.toString(i - 1), "qcow2")
                    .write(images.resolve("" + i));
        }
        readsSecret(Opening.of(images.resolve("199")));
        Opening.of(images.resolve("200")).isRefused(Problem.UNSUPPORTED, "more than 200 files");
    }

    @Test
    void externalDataFilesFollowTheSameRules() {
        HandmadeImage image = HandmadeImage.small()
                .put64(INCOMPATIBLE_AT, 1 << 2)
                .extension(DATA_FILE_TYPE, "../elsewhere/base.raw".getBytes(StandardCharsets.UTF_8))
                .l1(0, 2 << 16)
                .l2(2, 0, Long.MIN_VALUE);
        Path file = image.write(images.resolve("image.qcow2"));
        Opening.of(file).isRefused(Problem.FORBIDDEN, "external data file");
        readsSecret(allowing(file, elsewhere));
        HandmadeImage.small()
                .put64(INCOMPATIBLE_AT, 1 << 2)
                .extension(DATA_FILE_TYPE, "nbd://host".getBytes(StandardCharsets.UTF_8))
                .write(file);
        Opening.of(file).isRefused(Problem.FORBIDDEN, "protocol");
        HandmadeImage.small().put64(INCOMPATIBLE_AT, 1 << 2).write(file);
        Opening.of(file).isRefused(Problem.UNSUPPORTED, "does not name its external data file");
    }
}
