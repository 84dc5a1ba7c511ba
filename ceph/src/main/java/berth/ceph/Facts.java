package berth.ceph;

import berth.block.BlockException;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.ParentLink;
import berth.block.Problem;
import berth.block.Snapshot;
import berth.ceph.lib.IoContext;
import berth.ceph.lib.NativeFailure;
import berth.ceph.lib.RbdFeatures;
import berth.ceph.lib.RbdImage;
import berth.posix.Errno;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads what is known of an image. Every method asks the cluster, and blocks. */
final class Facts {
    private Facts() {}

    /** What is known of an image that was opened a moment ago. */
    static ImageInfo of(RbdImage image, PoolSpec pool) {
        List<Snapshot> snapshots = image.snapshots().list();
        return new ImageInfo(
                image.id(),
                new ImageSpec(pool.toString(), image.name()),
                image.size(),
                image.layout(),
                snapshots.size(),
                RbdFeatures.names(image.features()),
                image.created(),
                image.accessed(),
                image.modified(),
                parent(image));
    }

    /** What an image that was opened a moment ago was cloned from. */
    static Optional<ParentLink> parent(RbdImage image) {
        return image.parent().map(parent -> {
            ImageSpec spec = spec(parent.image());
            return new ParentLink(spec.at(parent.snapshot()), image.overlap());
        });
    }

    /** The name of a linked image. */
    static ImageSpec spec(RbdImage.Linked image) {
        return new ImageSpec(new PoolSpec(image.pool(), image.namespace()).toString(), image.name());
    }

    /** Opens an image for reading, for as long as it takes to look at it. */
    static RbdImage look(IoContext context, String name) {
        return RbdImage.open(context, name, true);
    }

    /** Opens an image by its id, at a snapshot if one is given, for as long as it takes to look at it. */
    static RbdImage lookById(IoContext context, String id, OptionalLong snapshot) {
        RbdImage image = RbdImage.openById(context, id, true);
        return snapshot.isPresent() ? at(image, snapshot.getAsLong()) : image;
    }

    /** Moves an open image to a snapshot; closes it when that fails. */
    static RbdImage at(RbdImage image, long snapshot) {
        try {
            image.setSnapshot(snapshot);
            return image;
        } catch (NativeFailure e) {
            image.close();
            if (e.errno() == Errno.ENOENT) {
                throw new BlockException(Problem.SNAPSHOT_NOT_FOUND, "the snapshot has been removed", e);
            }
            throw e;
        }
    }

    /** The snapshot of a name. @throws BlockException {@link Problem#SNAPSHOT_NOT_FOUND} */
    static Snapshot snapshot(RbdImage image, String name) {
        return image.snapshots().list().stream()
                .filter(snapshot -> snapshot.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new BlockException(
                        Problem.SNAPSHOT_NOT_FOUND, "image " + image.name() + " has no snapshot '" + name + "'"));
    }

    /** What is known of an image, unless it has gone meanwhile. */
    static Optional<ImageInfo> ifPresent(IoContext context, PoolSpec pool, String id) {
        try (RbdImage image = lookById(context, id, OptionalLong.empty())) {
            return Optional.of(of(image, pool));
        } catch (NativeFailure e) {
            if (e.errno() == Errno.ENOENT) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
