package berth.ceph;

import berth.block.BlockException;
import berth.block.Limits;
import berth.block.Names;
import berth.block.Problem;
import berth.block.Progress;
import berth.block.Snapshot;
import berth.ceph.lib.RbdImage;
import berth.ceph.lib.RbdSnapshots;
import java.util.function.Consumer;
import java.util.function.Function;

/** Changes of an open image other than those of its bytes. */
final class Structure {
    private final Handle handle;
    private final Runnable changed;

    /** @param changed is run after each change */
    Structure(Handle handle, Runnable changed) {
        this.handle = handle;
        this.changed = changed;
    }

    private <T> T change(String what, Function<RbdImage, T> work) {
        Task task = Task.snapshot(what, handle.pool().toString());
        try {
            return handle.call(task, work);
        } finally {
            changed.run();
        }
    }

    private void changeSnapshots(String what, Consumer<RbdSnapshots> work) {
        change(what, image -> {
            work.accept(image.snapshots());
            return image;
        });
    }

    Snapshot create(String name) {
        Names.check("snapshot", name);
        return change("creating snapshot '" + name + "'", image -> {
            image.snapshots().create(name);
            return Facts.snapshot(image, name);
        });
    }

    void remove(String name, Progress progress) {
        change("removing snapshot '" + name + "'", image -> {
            if (Facts.snapshot(image, name).isProtected()) {
                throw new BlockException(
                        Problem.SNAPSHOT_PROTECTED,
                        "snapshot '" + name + "' of image " + image.name() + " is protected; unprotect it first");
            }
            image.snapshots().remove(name, progress);
            return name;
        });
    }

    void rename(String from, String to) {
        Names.check("snapshot", to);
        changeSnapshots("renaming snapshot '" + from + "' to '" + to + "'", snapshots -> snapshots.rename(from, to));
    }

    void protect(String name) {
        change("protecting snapshot '" + name + "'", image -> {
            if (Facts.snapshot(image, name).isProtected()) {
                throw new BlockException(Problem.ALREADY_PROTECTED, "snapshot '" + name + "' is already protected");
            }
            image.snapshots().protect(name);
            return name;
        });
    }

    void unprotect(String name) {
        change("unprotecting snapshot '" + name + "'", image -> {
            if (!Facts.snapshot(image, name).isProtected()) {
                throw new BlockException(Problem.NOT_PROTECTED, "snapshot '" + name + "' is not protected");
            }
            image.snapshots().unprotect(name);
            return name;
        });
    }

    void rollback(String name, Progress progress) {
        change("rolling back to snapshot '" + name + "'", image -> {
            Facts.snapshot(image, name);
            image.snapshots().rollback(name, progress);
            return name;
        });
    }

    void resize(long size, boolean allowShrink, Progress progress) {
        Limits.checkImageBytes(size);
        change("resizing the image to " + size + " bytes", image -> {
            if (size < image.size() && !allowShrink) {
                throw new BlockException(
                        Problem.SHRINK_NOT_ALLOWED,
                        "shrinking the image from " + image.size() + " to " + size + " bytes was not allowed");
            }
            if (size != image.size()) {
                image.resize(size, allowShrink, progress);
            }
            return size;
        });
    }

    void flatten(Progress progress) {
        change("flattening the image", image -> {
            if (image.parent().isEmpty()) {
                throw new BlockException(Problem.INVALID_ARGUMENT, "image " + image.name() + " has no parent");
            }
            image.flatten(progress);
            return image;
        });
    }
}
