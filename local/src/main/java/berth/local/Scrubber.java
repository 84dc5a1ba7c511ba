package berth.local;

import berth.block.BlockException;
import berth.block.Progress;
import berth.local.catalog.Catalog;
import berth.local.catalog.CatalogRecord.ChecksumRecord;
import berth.local.catalog.CatalogRecord.LayerRecord;
import berth.local.catalog.CatalogRecord.SnapshotRecord;
import berth.local.journal.JournalEntry;
import berth.local.page.BlockState;
import berth.local.page.ChecksumMap;
import berth.local.page.LayerMap;
import berth.local.page.LayerMap.PageView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds data that changed under the store. It looks at the layers that a snapshot keeps from being changed: the first
 * time it computes the checksums of their blocks, later it compares. What clients write now has no checksums, because
 * checksum and data cannot change at the same moment.
 *
 * <p>All work is done in steps under the structure lock, so that a layer is not merged with another meanwhile.
 */
final class Scrubber {
    /** What a pass does. */
    enum Work {
        /** Computes the checksums of blocks that have none. */
        SEAL,
        /** Compares the blocks that have a checksum with it. */
        VERIFY
    }

    private static final int STEP_BLOCKS = ChecksumMap.PAGE_BLOCKS;

    private final StoreContext context;
    private final Structure structure;
    private final Set<Work> work;
    private final ScrubPace pace;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(STEP_BLOCKS * LayerMap.BLOCK_BYTES);
    private final List<String> findings = new ArrayList<>();
    private long bytesRead;

    Scrubber(StoreContext context, Structure structure, Set<Work> work, ScrubPace pace) {
        this.context = context;
        this.structure = structure;
        this.work = work;
        this.pace = pace;
    }

    /** What was damaged; a line for each run of blocks. */
    List<String> findings() {
        return List.copyOf(findings);
    }

    /** The bytes that were read. */
    long bytesRead() {
        return bytesRead;
    }

    /** Goes through all layers once; {@code progress} counts them. */
    void run(Progress progress) {
        List<Long> layers = structure.locked(() -> context.catalog().layers().stream()
                .filter(this::isKept)
                .map(LayerRecord::number)
                .toList());
        for (int i = 0; i < layers.size(); i++) {
            int done = i;
            scrub(layers.get(i), () -> progress.step(done, layers.size()));
        }
        progress.step(layers.size(), layers.size());
    }

    /** Whether nobody changes the layer's data for as long as its snapshot is there. */
    private boolean isKept(LayerRecord layer) {
        Catalog catalog = context.catalog();
        return layer.fillPoint() < 0 && !catalog.snapshotsOf(layer.number()).isEmpty();
    }

    private void scrub(long number, Runnable check) {
        ImageState image = structure.locked(() -> {
            LayerRecord record = context.catalog().findLayer(number);
            return record == null ? null : context.images().use(record.image());
        });
        if (image == null) {
            return;
        }
        try {
            for (int page : structure.locked(() -> pages(image, number))) {
                long first = (long) page << LayerMap.PAGE_SHIFT;
                for (long block = first; block < first + LayerMap.PAGE_BLOCKS; block += STEP_BLOCKS) {
                    long start = block;
                    long before = bytesRead;
                    context.checkpoint().relieve();
                    structure.locked(() -> step(image, number, start));
                    pace.after(bytesRead - before, check);
                }
            }
        } finally {
            structure.locked(() -> {
                close(number);
                context.images().release(image);
            });
        }
    }

    private static List<Integer> pages(ImageState image, long number) {
        Layer layer = image.ownLayer(number);
        return layer == null ? List.of() : List.copyOf(layer.map().pages());
    }

    private void step(ImageState image, long number, long firstBlock) {
        LayerRecord record = context.catalog().findLayer(number);
        Layer layer = image.ownLayer(number);
        if (record == null || layer == null || !isKept(record)) {
            return; // it went while we were at it
        }
        PageView held;
        try {
            held = layer.map().page((int) (firstBlock >>> LayerMap.PAGE_SHIFT));
        } catch (BlockException e) {
            findings.add(describe(record, firstBlock, STEP_BLOCKS) + ": " + e.getMessage());
            return;
        }
        int base = (int) (firstBlock & (LayerMap.PAGE_BLOCKS - 1));
        Runs runs = new Runs(record, layer);
        for (int at = base; at < base + STEP_BLOCKS; ) {
            int end = Math.min(base + STEP_BLOCKS, held.runEnd(at));
            if (held.get(at) == BlockState.DATA) {
                runs.look(firstBlock + (at - base), firstBlock + (end - base));
            }
            at = end;
        }
        runs.keep(image);
    }

    /** The runs of data blocks of one step. */
    private final class Runs {
        private final LayerRecord record;
        private final Layer layer;
        private @Nullable ChecksumMap known;
        private boolean sealed;

        Runs(LayerRecord record, Layer layer) {
            this.record = record;
            this.layer = layer;
            this.known = checksums(record.number());
        }

        private int known(long block) {
            return known == null ? 0 : known.get(block);
        }

        private void seal(long block, int sum) {
            ChecksumMap map = known;
            if (map == null) {
                structure.commit(
                        transaction -> transaction.put(new ChecksumRecord(record.number(), transaction.newNumber())));
                map = Objects.requireNonNull(checksums(record.number()));
                known = map;
            }
            map.set(block, sum);
            sealed = true;
        }

        void look(long from, long to) {
            for (long at = from; at < to; ) {
                boolean has = known(at) != 0;
                long end = at + 1;
                while (end < to && (known(end) != 0) == has) {
                    end++;
                }
                if (work.contains(has ? Work.VERIFY : Work.SEAL)) {
                    read(at, end, has);
                }
                at = end;
            }
        }

        private void read(long from, long to, boolean verify) {
            ByteBuffer data = buffer.clear().limit((int) (to - from) << LayerMap.BLOCK_SHIFT);
            try {
                layer.data().read(data, from << LayerMap.BLOCK_SHIFT);
            } catch (BlockException e) {
                findings.add(describe(record, from, to - from) + ": " + e.getMessage());
                return;
            }
            bytesRead += data.limit();
            long bad = -1;
            for (long block = from; block < to; block++) {
                int sum =
                        ChecksumMap.of(data.slice((int) (block - from) << LayerMap.BLOCK_SHIFT, LayerMap.BLOCK_BYTES));
                if (!verify) {
                    seal(block, sum);
                } else if (known(block) != sum) {
                    bad = bad < 0 ? block : bad;
                } else if (bad >= 0) {
                    report(bad, block);
                    bad = -1;
                }
            }
            if (bad >= 0) {
                report(bad, to);
            }
        }

        private void report(long from, long to) {
            findings.add(describe(record, from, to - from) + ": the data are not what was written (checksum)");
        }

        /** Makes the checksums durable that were computed, after the data that they are of. */
        void keep(ImageState image) {
            if (sealed && known != null) {
                image.flush();
                List<JournalEntry> changes = new ArrayList<>();
                known.file().capture(changes);
                context.journal(changes);
            }
        }
    }

    private @Nullable ChecksumMap checksums(long layer) {
        return context.catalog()
                .checksums(layer)
                .map(record -> new ChecksumMap(context.pages().file(record.pages())))
                .orElse(null);
    }

    /** Lets go of a layer's checksums until the next pass. */
    private void close(long layer) {
        ChecksumMap map = checksums(layer);
        if (map != null) {
            map.file().writeBack();
            map.file().close();
        }
    }

    private String describe(LayerRecord layer, long firstBlock, long blocks) {
        Catalog catalog = context.catalog();
        List<String> names = catalog.snapshotsOf(layer.number()).stream()
                .map(SnapshotRecord::name)
                .sorted()
                .toList();
        long start = firstBlock << LayerMap.BLOCK_SHIFT;
        return "image " + catalog.image(layer.image()).spec() + ", snapshot " + String.join(", ", names)
                + " and what was not overwritten since: bytes " + start + "-"
                + (start + (blocks << LayerMap.BLOCK_SHIFT) - 1);
    }
}
