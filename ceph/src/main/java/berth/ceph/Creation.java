package berth.ceph;

import berth.block.BlockException;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.Limits;
import berth.block.Problem;
import berth.block.SnapshotSpec;
import berth.ceph.lib.Cluster;
import berth.ceph.lib.IoContext;
import berth.ceph.lib.NativeFailure;
import berth.ceph.lib.RbdDirectory;
import berth.ceph.lib.RbdFeatures;
import berth.ceph.lib.RbdImage;
import berth.ceph.lib.RbdOptions;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;

/** Makes images and clones. */
final class Creation {
    /** Librbd keeps no object map of more objects. */
    private static final long MAX_MAPPED_OBJECTS = 256_000_000;

    /** The features that need one client to have the lock. */
    private static final List<String> SINGLE_CLIENT =
            List.of(RbdFeatures.EXCLUSIVE_LOCK, RbdFeatures.OBJECT_MAP, RbdFeatures.FAST_DIFF, RbdFeatures.JOURNALING);

    private static final String DEFAULT_FEATURES = "rbd_default_features";

    private final Connection connection;

    Creation(Connection connection) {
        this.connection = connection;
    }

    ImageInfo create(ImageSpec spec, long size, Layout layout, CreateOptions options) {
        return create(
                spec, size, new RbdOptions(layout, features(layout.objects(size), options), options.dataPool(), 0));
    }

    private ImageInfo create(ImageSpec spec, long size, RbdOptions rbd) {
        Limits.checkImageBytes(size);
        Task task = Task.image("creating image " + spec, spec.pool());
        return connection.in(task, context -> {
            new RbdDirectory(context).create(spec.image(), size, rbd);
            return info(context, spec);
        });
    }

    /** Makes an image with the feature that a client can keep others from writing, whatever the default features are. */
    ImageInfo createLockable(ImageSpec spec, long size, Layout layout) {
        return create(spec, size, lockable(layout.objects(size), layout, 0));
    }

    /** The same for a clone. */
    ImageInfo cloneLockable(SnapshotSpec parent, ImageSpec child, Layout layout) {
        return cloneOf(parent, child, lockable(layout.objects(sizeOf(parent)), layout, cloneFormat()));
    }

    private RbdOptions lockable(long objects, Layout layout, int cloneFormat) {
        CreateOptions options = connection.config().creation();
        OptionalLong wanted = features(objects, options);
        long lock = bits(List.of(RbdFeatures.EXCLUSIVE_LOCK));
        boolean asked = options.shared() || options.features().isPresent();
        if (asked && (wanted.orElseThrow() & lock) == 0) {
            throw new BlockException(
                    Problem.INVALID_ARGUMENT,
                    "a copy is made with the feature exclusive-lock, by which no two programs can write to it; ask for it, too,"
                            + " and remove it from the image afterwards with: rbd feature disable");
        }
        OptionalLong lockable = OptionalLong.of(wanted.orElseGet(this::defaultFeatures) | lock);
        return new RbdOptions(layout, lockable, options.dataPool(), cloneFormat);
    }

    /** How the target of a migration of librbd is made; it has the features of its source unless others are asked for. */
    RbdOptions ofTarget(Layout layout, boolean flatten) {
        CreateOptions options = connection.config().creation();
        return new RbdOptions(layout, features(0, options), options.dataPool(), 0, flatten);
    }

    private static ImageInfo info(IoContext context, ImageSpec spec) {
        try (RbdImage image = Facts.look(context, spec.image())) {
            return Facts.of(image, PoolSpec.parse(spec.pool()));
        }
    }

    /** The bits of the features. Those that librbd would refuse for the number of objects are left out by default. */
    private OptionalLong features(long objects, CreateOptions options) {
        options.dataPool()
                .ifPresent(pool -> connection.in(Task.pool("opening the data pool '" + pool + "'", pool), _ -> pool));
        if (options.features().isPresent() || options.shared()) {
            long asked = options.features().map(Creation::bits).orElseGet(this::defaultFeatures);
            return OptionalLong.of(options.shared() ? asked & ~bits(SINGLE_CLIENT) : asked);
        } else if (objects <= MAX_MAPPED_OBJECTS) {
            return OptionalLong.empty();
        }
        long map = bits(List.of(RbdFeatures.OBJECT_MAP, RbdFeatures.FAST_DIFF));
        return OptionalLong.of(defaultFeatures() & ~map);
    }

    private static long bits(Collection<String> names) {
        try {
            return RbdFeatures.bits(names);
        } catch (NativeFailure e) {
            throw new BlockException(
                    Problem.INVALID_ARGUMENT,
                    "librbd of Ceph " + Cluster.libraryVersion() + " does not know all of the features "
                            + String.join(", ", names),
                    e);
        }
    }

    /** The configuration has names or a number. */
    private long defaultFeatures() {
        String text =
                connection.run(Task.pool("reading the configuration", ""), cluster -> cluster.get(DEFAULT_FEATURES));
        return text.chars().allMatch(Character::isDigit) ? Long.parseLong(text) : bits(Arrays.asList(text.split(",")));
    }

    ImageInfo cloneOf(SnapshotSpec parent, ImageSpec child, Layout layout, CreateOptions options) {
        long objects = layout.objects(sizeOf(parent));
        return cloneOf(
                parent, child, new RbdOptions(layout, features(objects, options), options.dataPool(), cloneFormat()));
    }

    private int cloneFormat() {
        return switch (connection.config().cloneFormat()) {
            case AUTO -> 0;
            case V1 -> 1;
            case V2 -> 2;
        };
    }

    private ImageInfo cloneOf(SnapshotSpec parent, ImageSpec child, RbdOptions rbd) {
        Task task = Task.image("cloning " + parent + " to " + child, child.pool());
        PoolSpec parentPool = PoolSpec.parse(parent.image().pool());
        return connection.in(task, context -> {
            try (IoContext from = connection.open(parentPool)) {
                new RbdDirectory(context)
                        .cloneFrom(
                                new RbdDirectory(from),
                                parent.image().image(),
                                parent.snapshot(),
                                new RbdDirectory.Clone(child.image(), rbd));
            }
            return info(context, child);
        });
    }

    /** The size of a snapshot that can be cloned. */
    private long sizeOf(SnapshotSpec parent) {
        ImageSpec image = parent.image();
        Task task = Task.image("opening image " + image, image.pool());
        return connection.in(task, context -> {
            try (RbdImage open = Facts.look(context, image.image())) {
                var snapshot = Facts.snapshot(open, parent.snapshot());
                if (connection.config().cloneFormat() == CephConfig.CloneFormat.V1 && !snapshot.isProtected()) {
                    throw new BlockException(
                            Problem.NOT_PROTECTED, "parent snapshot must be protected: " + parent + " is not");
                }
                if (snapshot.size() == 0) {
                    throw new BlockException(
                            Problem.INVALID_ARGUMENT, "snapshot " + parent + " has no bytes; RBD has no clones of it");
                }
                return snapshot.size();
            }
        });
    }
}
