package berth.ceph;

import berth.block.BlockException;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.Names;
import berth.block.Problem;
import berth.block.Progress;
import berth.block.Snapshot;
import berth.block.Watcher;
import berth.ceph.lib.RbdDirectory;
import berth.ceph.lib.RbdImage;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The images of the pools, as a whole: what there is, and renaming and removing. */
final class Images {
    private final Connection connection;
    private final OpenImages open;

    Images(Connection connection, OpenImages open) {
        this.connection = connection;
        this.open = open;
    }

    private static Task opening(ImageSpec spec) {
        return Task.image("opening image " + spec, spec.pool());
    }

    List<ImageInfo> list(String pool) {
        PoolSpec spec = PoolSpec.parse(pool);
        return connection.in(
                Task.pool("listing the images of pool '" + pool + "'", pool),
                context -> new RbdDirectory(context)
                        .named().stream()
                                .filter(image -> !HiddenNames.isHidden(image.name()))
                                .map(image -> Facts.ifPresent(context, spec, image.id()))
                                .flatMap(Optional::stream)
                                .sorted(Comparator.comparing(ImageInfo::spec))
                                .toList());
    }

    List<ImageSpec> names(String pool) {
        return connection.among(
                Task.pool("listing the images of pool '" + pool + "'", pool),
                directory -> directory.named().stream()
                        .map(RbdDirectory.Named::name)
                        .filter(name -> !HiddenNames.isHidden(name))
                        .map(name -> new ImageSpec(pool, name))
                        .sorted()
                        .toList());
    }

    ImageInfo info(ImageSpec spec) {
        return connection.in(opening(spec), context -> {
            try (RbdImage image = Facts.look(context, spec.image())) {
                return Facts.of(image, PoolSpec.parse(spec.pool()));
            }
        });
    }

    /** What is known of an image, or of its snapshot, whatever it is called now. */
    ImageInfo info(OpenImages.Key key, OptionalLong snapshot) {
        String pool = key.pool().toString();
        return connection.in(Task.image("opening an image of pool '" + pool + "'", pool), context -> {
            try (RbdImage image = Facts.lookById(context, key.id(), snapshot)) {
                return Facts.of(image, key.pool());
            }
        });
    }

    List<ImageSpec> children(ImageSpec spec, Optional<String> snapshot) {
        return connection.in(opening(spec), context -> {
            try (RbdImage image = Facts.look(context, spec.image())) {
                return children(image, snapshot);
            }
        });
    }

    /** The clones of a snapshot of an image, whatever it is called now. */
    List<ImageSpec> children(OpenImages.Key key, String snapshot) {
        Task task = Task.image(
                "listing the clones of snapshot '" + snapshot + "'", key.pool().toString());
        return connection.in(task, context -> {
            try (RbdImage image = Facts.lookById(context, key.id(), OptionalLong.empty())) {
                return children(image, Optional.of(snapshot));
            }
        });
    }

    private static List<ImageSpec> children(RbdImage image, Optional<String> snapshot) {
        if (snapshot.isPresent()) {
            image.setSnapshot(Facts.snapshot(image, snapshot.get()).id());
        }
        return image.children().stream()
                .filter(child -> !child.inTrash())
                .map(Facts::spec)
                .sorted()
                .toList();
    }

    List<Watcher> watchers(ImageSpec spec) {
        return connection.in(opening(spec), context -> {
            try (RbdImage image = Facts.look(context, spec.image())) {
                return image.watchers();
            }
        });
    }

    void rename(ImageSpec from, String to) {
        Names.check("image", to);
        ImageSpec target = new ImageSpec(from.pool(), to);
        connection.among(Task.image("renaming image " + from + " to " + target, from.pool()), directory -> {
            directory.rename(from.image(), to);
            return to;
        });
    }

    void remove(ImageSpec spec, Progress progress) {
        connection.in(opening(spec), context -> {
            try (RbdImage image = Facts.look(context, spec.image())) {
                refuseRemoval(spec, image);
            }
            return spec;
        });
        connection.in(Task.image("removing image " + spec, spec.pool()), context -> {
            new RbdDirectory(context).remove(spec.image(), progress);
            return spec;
        });
    }

    private void refuseRemoval(ImageSpec spec, RbdImage image) {
        List<String> snapshots =
                image.snapshots().list().stream().map(Snapshot::name).toList();
        if (!snapshots.isEmpty()) {
            throw new BlockException(
                    Problem.IMAGE_HAS_SNAPSHOTS,
                    "image " + spec + " has snapshots: " + String.join(", ", snapshots),
                    snapshots);
        }
        if (open.isOpen(new OpenImages.Key(PoolSpec.parse(spec.pool()), image.id()))) {
            throw new BlockException(Problem.IMAGE_IN_USE, "image " + spec + " is open here");
        }
        List<String> clients = SoleClient.clients(image);
        if (!clients.isEmpty()) {
            throw new BlockException(
                    Problem.IMAGE_IN_USE,
                    "image " + spec + " is open on " + String.join(", ", clients)
                            + "; a client that was killed counts for 30 s",
                    clients);
        }
    }
}
