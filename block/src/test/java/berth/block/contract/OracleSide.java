package berth.block.contract;

import berth.block.Access;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.block.MigrationStore;
import berth.block.Progress;
import berth.block.SourceOpener;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One of the two stores that an oracle compares, with the images it has open. Not for use by several threads. */
final class OracleSide {
    private final StoreFixture fixture;
    private final Path directory;
    private final SourceOpener sources;
    private final Map<ImageSpec, Image> handles = new HashMap<>();
    /** Images whose flatten may have been interrupted by a loss of power. */
    final Set<ImageSpec> halfFlat = new HashSet<>();

    private MigrationStore store;
    private Progress meanwhile = Progress.NONE;

    OracleSide(StoreFixture fixture, Path directory, SourceOpener sources) {
        this.fixture = fixture;
        this.directory = directory;
        this.sources = sources;
        this.store = fixture.open(directory, sources);
    }

    MigrationStore store() {
        return store;
    }

    /** What is called while a long operation goes on, between its steps. */
    Progress meanwhile() {
        return meanwhile;
    }

    /** Has something done between the steps of long operations. */
    void meanwhile(Runnable work) {
        meanwhile = (done, total) -> {
            work.run();
            return true;
        };
    }

    /** The image, open for writing; it stays open until something needs it closed. */
    Image image(ImageSpec spec) {
        return handles.computeIfAbsent(spec, missing -> store.open(missing, Access.READ_WRITE));
    }

    boolean isOpen(ImageSpec spec) {
        return handles.containsKey(spec);
    }

    void renamed(ImageSpec from, ImageSpec to) {
        Image handle = handles.remove(from);
        if (handle != null) {
            handles.put(to, handle);
        }
        if (halfFlat.remove(from)) {
            halfFlat.add(to);
        }
    }

    void closeImage(ImageSpec spec) {
        Image handle = handles.remove(spec);
        if (handle != null) {
            handle.close();
        }
    }

    /** Goes on with another store after a loss of power: nothing is open any more. */
    void restart(MigrationStore next) {
        handles.clear();
        store = next;
    }

    void close() {
        List.copyOf(handles.keySet()).forEach(this::closeImage);
        store.close();
    }

    void reopen() {
        close();
        store = fixture.open(directory, sources);
    }
}
