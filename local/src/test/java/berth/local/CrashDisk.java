package berth.local;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.MigrationStore;
import berth.block.Progress;
import berth.block.SourceOpener;
import berth.block.contract.PowerFixture;
import berth.local.catalog.Catalog;
import berth.local.journal.JournalReader;
import berth.local.page.PageFile;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/** A local store on files that can lose power. */
final class CrashDisk implements PowerFixture {
    private final CrashFiles files;
    private final CacheBounds bounds;
    private long seconds;

    CrashDisk(CrashFiles files, CacheBounds bounds) {
        this.files = files;
        this.bounds = bounds;
    }

    /** Bounds for a seed: every second store has caches so small that next to nothing stays in memory. */
    static CacheBounds bounds(long seed) {
        return seed % 2 == 0 ? CacheBounds.DEFAULT : new CacheBounds(2, 2, 2);
    }

    @Override
    public MigrationStore open(SourceOpener sources) {
        return LocalStore.open(files, sources, () -> Instant.ofEpochSecond(seconds += 7), bounds);
    }

    @Override
    public void cutPowerAfter(long changes) {
        files.crashAfter(changes);
    }

    @Override
    public void restorePower() {
        files.restart();
    }

    @Override
    public String maintain(MigrationStore store, Random random, Progress meanwhile) {
        LocalStore local = (LocalStore) store;
        return switch (random.nextInt(3)) {
            case 0 -> {
                local.checkpoint();
                yield "checkpoint";
            }
            case 1 -> {
                assertThat(local.integrity().scrub(0, meanwhile).findings()).isEmpty();
                yield "scrub";
            }
            default -> {
                local.maintain();
                yield "flush of everything";
            }
        };
    }

    @Override
    public void tidy(MigrationStore store) {
        ((LocalStore) store).maintain();
    }

    @Override
    public List<String> check(MigrationStore store) {
        Integrity integrity = ((LocalStore) store).integrity();
        List<String> findings = new ArrayList<>(integrity.check());
        findings.addAll(integrity.checkData(Progress.NONE).findings());
        int journals = new JournalReader(files).generations().size();
        if (journals != 1) {
            findings.add("there are " + journals + " journals");
        }
        Catalog catalog =
                OpenedJournal.open(files, CacheBounds.DEFAULT.cleanPages()).catalog();
        Set<Long> layers =
                catalog.layers().stream().map(layer -> layer.number()).collect(Collectors.toSet());
        Set<Long> maps = new HashSet<>(layers);
        catalog.fills().forEach(fill -> maps.add(fill.pages()));
        catalog.checksums().forEach(checksums -> maps.add(checksums.pages()));
        findings.addAll(leftovers(LayerData.DIRECTORY, layers));
        findings.addAll(leftovers(PageFile.DIRECTORY, maps));
        return findings;
    }

    private List<String> leftovers(String directory, Set<Long> numbers) {
        return files.list(directory).stream()
                .filter(name -> !numbers.contains(number(name)))
                .map(name -> directory + "/" + name + " belongs to nothing")
                .toList();
    }

    /** The number that the name of a file begins with, up to the dot if there is one. */
    private static long number(String name) {
        int dot = name.indexOf('.');
        return Long.parseLong(dot < 0 ? name : name.substring(0, dot), 16);
    }
}
