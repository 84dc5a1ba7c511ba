package berth.block.contract;

import berth.block.Access;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.block.MigrationStore;
import berth.block.SourceOpener;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One of the two stores that an oracle compares, with the images it has open. Not for use by several threads. */
final class OracleSide {
    private final StoreFixture fixture;
    private final Path directory;
    private final SourceOpener sources;
    private final Map<ImageSpec, Image> handles = new HashMap<>();
    private MigrationStore store;

    OracleSide(StoreFixture fixture, Path directory, SourceOpener sources) {
        this.fixture = fixture;
        this.directory = directory;
        this.sources = sources;
        this.store = fixture.open(directory, sources);
    }

    MigrationStore store() {
        return store;
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
    }

    void closeImage(ImageSpec spec) {
        Image handle = handles.remove(spec);
        if (handle != null) {
            handle.close();
        }
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
