package berth.local.catalog;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.block.Limits;
import berth.block.Problem;
import berth.local.catalog.CatalogRecord.LayerRecord;
import berth.local.catalog.CatalogRecord.PoolRecord;
import berth.local.catalog.CatalogRecord.SnapshotRecord;
import berth.local.journal.JournalEntry;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** A catalog that no program of ours writes is called damaged, whatever is wrong with it. */
final class DamagedCatalogTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);

    private final Catalog catalog = new Catalog();

    private static JournalEntry.Put put(CatalogRecord record) {
        return new JournalEntry.Put(record.key(), CatalogCodec.encode(record));
    }

    private static SnapshotRecord snapshot(String name, long size) {
        return new SnapshotRecord("image", 1, name, size, 1, false, NOW);
    }

    private static LayerRecord layer(long number, long below) {
        return new LayerRecord(number, "image", below, 4096, -1);
    }

    private static void assertDamaged(ThrowingCallable use) {
        assertThatThrownBy(use)
                .isInstanceOfSatisfying(BlockException.class, e -> {
                    if (e.problem() != Problem.CORRUPT) {
                        throw new AssertionError("it is " + e.problem(), e);
                    }
                })
                .hasMessageContaining("damaged");
    }

    @Test
    void namesAndSizesThatNobodyCanGiveAreDamage() {
        assertDamaged(() -> catalog.replay(put(new PoolRecord("a/b"))));
        assertDamaged(() -> catalog.replay(put(snapshot("a\u0000b", 4096))));
        assertDamaged(() -> catalog.replay(put(snapshot("name", -1))));
        assertDamaged(() -> catalog.replay(put(snapshot("name", Limits.MAX_IMAGE_BYTES + 1))));
        assertThatCode(() -> catalog.replay(put(snapshot("name", Limits.MAX_IMAGE_BYTES))))
                .doesNotThrowAnyException();
    }

    @Test
    void aTimeThatDoesNotExistIsDamage() {
        byte[] record = put(snapshot("name", 4096)).value();
        ByteBuffer.wrap(record).putLong(record.length - Integer.BYTES - Long.BYTES, Long.MAX_VALUE);
        assertDamaged(() -> catalog.replay(new JournalEntry.Put("snapshot/image/1", record)));
    }

    @Test
    void aRecordThatOthersNameButThatIsMissingIsDamage() {
        assertDamaged(() -> catalog.layer(7));
        assertDamaged(() -> catalog.image("7"));
    }

    @Test
    void aStackOfLayersWithoutAnEndIsDamage() {
        catalog.replay(put(layer(1, 0)));
        catalog.replay(put(layer(2, 1)));
        catalog.replay(put(layer(3, 2)));
        catalog.replay(put(layer(4, 2)));
        assertThatCode(catalog::requireEndOfStacks).doesNotThrowAnyException();
        catalog.replay(put(layer(1, 3)));
        assertDamaged(catalog::requireEndOfStacks);
    }
}
