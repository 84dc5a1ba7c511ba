package berth.block.contract;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.Problem;
import berth.block.Progress;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Pools, and the names of pools, images and snapshots. */
abstract class PoolContract extends ContractBase {
    static Stream<String> unusualNames() {
        return Stream.of(
                ".",
                "..",
                "-p",
                " leading and trailing ",
                "quote\"s'and\\back$slash`%s*?",
                "größe-磁盘-диск-💾",
                "e\u0301 decomposed",
                "\u00e9 composed",
                "n".repeat(300),
                "x".repeat(1024),
                "磁".repeat(1024));
    }

    static Stream<String> badNames() {
        return Stream.of("", "a/b", "/", "a@b", "@", "new\nline", "nul\0", "\u0085", "x".repeat(1025));
    }

    @Test
    void poolsAreListedInOrder() {
        store.createPool("volumes");
        store.createPool("images");

        assertThat(store.pools()).contains("images", "vms", "volumes").isSorted();
    }

    @Test
    void aPoolThatExistsCannotBeCreated() {
        assertRefused(Problem.POOL_EXISTS, () -> store.createPool(POOL));
    }

    @Test
    void anEmptyPoolCanBeRemoved() {
        store.removePool(POOL);

        assertThat(store.pools()).doesNotContain(POOL);
        assertRefused(Problem.POOL_NOT_FOUND, () -> store.removePool(POOL));
    }

    @Test
    void aPoolWithAnImageCannotBeRemoved() {
        store.create(DISK, MIB, Layout.DEFAULT);

        assertRefused(Problem.POOL_NOT_EMPTY, () -> store.removePool(POOL));

        assertThat(store.images(POOL)).hasSize(1);
        store.remove(DISK, Progress.NONE);
        store.removePool(POOL);
    }

    @Test
    void aPoolThatIsNotThereIsReportedAsSuch() {
        ImageSpec nowhere = new ImageSpec("nosuch", "disk");

        assertRefused(Problem.POOL_NOT_FOUND, () -> store.images("nosuch"));
        assertRefused(Problem.POOL_NOT_FOUND, () -> store.trash("nosuch"));
        assertRefused(Problem.POOL_NOT_FOUND, () -> store.info(nowhere));
        assertRefused(Problem.POOL_NOT_FOUND, () -> store.create(nowhere, MIB, Layout.DEFAULT));
        assertRefused(Problem.POOL_NOT_FOUND, () -> open(nowhere));
        assertRefused(Problem.POOL_NOT_FOUND, () -> store.remove(nowhere, Progress.NONE));
        assertThat(store.pools()).doesNotContain("nosuch");
    }

    @ParameterizedTest
    @MethodSource("unusualNames")
    void anyUnicodeTextIsAName(String name) {
        if (!traits().takesPool(name)) {
            assertRefused(Problem.INVALID_ARGUMENT, () -> store.createPool(name));
        }
        if (!traits().takesImage(name)) {
            assertRefused(Problem.INVALID_ARGUMENT, () -> store.create(image(name), MIB, Layout.DEFAULT));
        }
        String pool = traits().takesPool(name) ? name : "pool";
        ImageSpec spec = new ImageSpec(pool, traits().takesImage(name) ? name : "image");
        store.createPool(pool);
        var image = create(spec, MIB);
        write(image, 0, bytes(1, BLOCK));
        image.createSnapshot(name);
        reopen();

        assertThat(store.pools()).contains(pool);
        assertThat(store.images(pool)).extracting(info -> info.spec()).containsExactly(spec);
        assertBytes(read(open(spec, name), 0, BLOCK), bytes(1, BLOCK));
    }

    @Test
    void namesThatDifferInCaseOrNormalizationAreDifferent() {
        List<String> names = List.of("a", "A", "\u00e9", "e\u0301", "ﬁ", "fi");
        names.forEach(name -> store.create(image(name), names.indexOf(name), Layout.DEFAULT));
        reopen();

        assertThat(store.images(POOL)).hasSize(names.size());
        assertThat(names)
                .allSatisfy(name -> assertThat(store.info(image(name)).size()).isEqualTo(names.indexOf(name)));
    }

    @ParameterizedTest
    @MethodSource("badNames")
    void namesWithSeparatorsOrControlCharactersAreRefused(String name) {
        var image = create(MIB);
        image.createSnapshot("s");

        assertRefused(Problem.INVALID_ARGUMENT, () -> store.createPool(name));
        assertRefused(Problem.INVALID_ARGUMENT, () -> store.rename(DISK, name));
        assertRefused(Problem.INVALID_ARGUMENT, () -> image.createSnapshot(name));
        assertRefused(Problem.INVALID_ARGUMENT, () -> image.renameSnapshot("s", name));
        assertThat(image.snapshots()).extracting(snapshot -> snapshot.name()).containsExactly("s");
    }
}
