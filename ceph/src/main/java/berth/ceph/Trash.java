package berth.ceph;

import berth.block.Names;
import berth.block.ParentLink;
import berth.block.Progress;
import berth.block.TrashEntry;
import berth.ceph.lib.IoContext;
import berth.ceph.lib.NativeFailure;
import berth.ceph.lib.RbdDirectory;
import berth.ceph.lib.RbdImage;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The trash of the pools. */
final class Trash {
    /** Librbd's number for a migration that put an image into the trash. */
    private static final int BY_MIGRATION = 2;

    private final Connection connection;

    Trash(Connection connection) {
        this.connection = connection;
    }

    List<TrashEntry> list(String pool) {
        return connection.in(
                Task.pool("listing the trash of pool '" + pool + "'", pool),
                context -> new RbdDirectory(context)
                        .trash().stream()
                                .map(trashed -> entry(context, trashed))
                                .sorted(Comparator.comparing(TrashEntry::deleted))
                                .toList());
    }

    private static TrashEntry entry(IoContext context, RbdDirectory.Trashed trashed) {
        return new TrashEntry(
                trashed.id(),
                trashed.name(),
                trashed.source() == BY_MIGRATION ? TrashEntry.Origin.MIGRATION : TrashEntry.Origin.USER,
                trashed.deleted(),
                parent(context, trashed.id()));
    }

    /** An image that is half removed cannot be opened any more, but is in the trash. */
    private static Optional<ParentLink> parent(IoContext context, String id) {
        try (RbdImage image = Facts.lookById(context, id, OptionalLong.empty())) {
            return Facts.parent(image);
        } catch (NativeFailure e) {
            return Optional.empty();
        }
    }

    void move(String pool, String image, Duration keep) {
        connection.among(Task.image("moving image " + pool + "/" + image + " to the trash", pool), directory -> {
            directory.moveToTrash(image, keep.toSeconds());
            return image;
        });
    }

    void restore(String pool, String id, Optional<String> name) {
        name.ifPresent(given -> Names.check("image", given));
        connection.among(Task.image("restoring image " + id + " of pool '" + pool + "'", pool), directory -> {
            directory.restore(id, name.orElse(""));
            return id;
        });
    }

    void remove(String pool, String id, boolean force, Progress progress) {
        connection.among(
                Task.image("removing image " + id + " from the trash of pool '" + pool + "'", pool), directory -> {
                    directory.removeFromTrash(id, force, progress);
                    return id;
                });
    }
}
