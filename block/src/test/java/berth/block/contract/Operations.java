package berth.block.contract;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.Progress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BiConsumer;

/** The operations of an oracle on pools, images and snapshots. */
final class Operations {
    private static final String DONE = "done";

    private Operations() {}

    /** An operation on an open image that gives nothing to compare. */
    private static Operation on(ImageSpec spec, String what, BiConsumer<Image, OracleSide> action) {
        return new Operation(spec + ": " + what, side -> {
            action.accept(side.image(spec), side);
            return DONE;
        });
    }

    private static Operation tearable(Operation operation) {
        return new Operation(operation.text(), true, operation.actions());
    }

    /** An operation on an open image after which its snapshots, size and parent are compared. */
    private static Operation structural(ImageSpec spec, String what, BiConsumer<Image, OracleSide> action) {
        return new Operation(spec + ": " + what, side -> {
            Image image = side.image(spec);
            action.accept(image, side);
            return Arrays.asList(Facts.OfImage.of(image.info()), Facts.snapshots(image));
        });
    }

    static Operation create(ImageSpec spec, long size, Layout layout) {
        return new Operation(
                "create " + spec + " " + size,
                side -> Facts.OfImage.of(side.store().create(spec, size, layout)));
    }

    static Operation write(ImageSpec spec, long offset, byte[] bytes, String content) {
        String what = "write " + bytes.length + " bytes at " + offset + ", " + content;
        return tearable(on(spec, what, (image, side) -> image.write(offset, ByteBuffer.wrap(bytes))));
    }

    static Operation read(ImageSpec spec, long offset, int length) {
        return new Operation(spec + ": read " + length + " bytes at " + offset, side -> {
            ByteBuffer bytes = ByteBuffer.allocate(length);
            side.image(spec).read(offset, bytes);
            return Arrays.hashCode(bytes.array());
        });
    }

    static Operation zero(ImageSpec spec, ZeroingContract.Zeroing zeroing, long offset, long length) {
        String what = zeroing + " " + length + " bytes at " + offset;
        return tearable(on(spec, what, (image, side) -> zeroing.apply(image, offset, length)));
    }

    static Operation flush(ImageSpec spec) {
        return on(spec, "flush", (image, side) -> image.flush());
    }

    static Operation resize(ImageSpec spec, long size, boolean allowShrink) {
        String what = "resize to " + size + (allowShrink ? ", may shrink" : "");
        return structural(spec, what, (image, side) -> image.resize(size, allowShrink, Progress.NONE));
    }

    static Operation createSnapshot(ImageSpec spec, String name) {
        return structural(spec, "snap create " + name, (image, side) -> image.createSnapshot(name));
    }

    static Operation removeSnapshot(ImageSpec spec, String name) {
        return structural(spec, "snap rm " + name, (image, side) -> image.removeSnapshot(name, side.meanwhile()));
    }

    static Operation renameSnapshot(ImageSpec spec, String from, String to) {
        return structural(spec, "snap rename " + from + " " + to, (image, side) -> image.renameSnapshot(from, to));
    }

    static Operation protect(ImageSpec spec, String name) {
        return structural(spec, "snap protect " + name, (image, side) -> image.protectSnapshot(name));
    }

    static Operation unprotect(ImageSpec spec, String name) {
        return structural(spec, "snap unprotect " + name, (image, side) -> image.unprotectSnapshot(name));
    }

    static Operation rollback(ImageSpec spec, String name) {
        return structural(spec, "snap rollback " + name, (image, side) -> image.rollback(name, Progress.NONE));
    }

    static Operation flatten(ImageSpec spec) {
        return structural(spec, "flatten", (image, side) -> {
            // Stays there when power is lost.
            side.halfFlat.add(spec);
            try {
                image.flatten(side.meanwhile());
                side.halfFlat.remove(spec);
            } catch (BlockException e) {
                side.halfFlat.remove(spec);
                throw e;
            }
        });
    }

    static Operation cloneOf(ImageSpec parent, String snapshot, ImageSpec child) {
        return new Operation(
                "clone " + parent.at(snapshot) + " " + child,
                side -> Facts.OfImage.of(side.store().clone(parent.at(snapshot), child, Layout.DEFAULT)));
    }

    static Operation children(ImageSpec spec, Optional<String> snapshot) {
        return new Operation(
                "children " + spec + snapshot.map(name -> "@" + name).orElse(""),
                side -> Facts.children(side.store(), spec, snapshot));
    }

    static Operation close(ImageSpec spec) {
        return new Operation(spec + ": close", side -> {
            side.closeImage(spec);
            return side.store().watchers(spec).size();
        });
    }

    /** Removes an image; one that is open is not closed before. */
    static Operation remove(ImageSpec spec) {
        return new Operation("rm " + spec, side -> {
            side.store().remove(spec, Progress.NONE);
            return DONE;
        });
    }

    static Operation rename(ImageSpec from, String to) {
        return new Operation("rename " + from + " " + to, side -> {
            side.store().rename(from, to);
            side.renamed(from, new ImageSpec(from.pool(), to));
            return DONE;
        });
    }

    static Operation writeReadOnly(ImageSpec spec) {
        return new Operation(spec + ": write through a read-only handle", side -> {
            try (Image image = side.store().open(spec, Access.READ_ONLY)) {
                image.write(0, ByteBuffer.allocate(0));
                return DONE;
            }
        });
    }

    static Operation reopen() {
        return new Operation("reopen the store", side -> {
            side.reopen();
            return DONE;
        });
    }
}
