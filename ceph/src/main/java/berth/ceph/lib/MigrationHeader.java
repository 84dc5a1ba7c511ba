package berth.ceph.lib;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * What the header of an image says of its migration ({@code cls::rbd::MigrationSpec}).
 *
 * @param ofSource whether the image is the source; otherwise it is the target
 * @param poolId the number of the pool of the image at the other end; -1 when that is no image of this cluster
 * @param namespace the namespace of that image
 * @param imageName the name that it had when the migration was prepared
 * @param imageId its id
 * @param sourceSpec for an import, librbd's description of the source; empty otherwise
 * @param flatten whether the target gives up its parent
 * @param state where the migration stands
 * @param description more about the state, for example {@code 12% complete}
 */
public record MigrationHeader(
        boolean ofSource,
        long poolId,
        String namespace,
        String imageName,
        String imageId,
        String sourceSpec,
        boolean flatten,
        State state,
        String description) {
    /** Where a migration stands, in the order of librbd's numbers. */
    public enum State {
        ERROR,
        PREPARING,
        PREPARED,
        EXECUTING,
        EXECUTED,
        ABORTING
    }

    private static final int TYPE_SOURCE = 1;
    private static final int WITH_SOURCE_SPEC = 3;
    private static final int WITH_MIRROR_MODE = 2;
    private static final int SNAP_SEQ_BYTES = 16;

    /** Reads Ceph's encoding. @throws IllegalArgumentException when it is none */
    static MigrationHeader decode(byte[] encoded) {
        ByteBuffer in = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
        try {
            return decode(in);
        } catch (java.nio.BufferUnderflowException e) {
            throw new IllegalArgumentException("the header of a migration is cut short", e);
        }
    }

    private static MigrationHeader decode(ByteBuffer in) {
        int version = in.get();
        in.get(); // the oldest version that could read it
        in.getInt(); // the length
        boolean ofSource = in.get() == TYPE_SOURCE;
        long poolId = in.getLong();
        String namespace = text(in);
        String imageName = text(in);
        String imageId = text(in);
        skip(in, Integer.toUnsignedLong(in.getInt()) * SNAP_SEQ_BYTES);
        in.getLong(); // the overlap with the parent
        boolean flatten = in.get() != 0;
        in.get(); // whether it is mirrored
        int state = in.get();
        String description = text(in);
        if (version >= WITH_MIRROR_MODE) {
            in.get();
        }
        String sourceSpec = version >= WITH_SOURCE_SPEC ? text(in) : "";
        State[] states = State.values();
        return new MigrationHeader(
                ofSource,
                poolId,
                namespace,
                imageName,
                imageId,
                sourceSpec,
                flatten,
                state >= 0 && state < states.length ? states[state] : State.ERROR,
                description);
    }

    /** A string: its length in 32 bits, then its bytes. */
    static String text(ByteBuffer in) {
        long length = Integer.toUnsignedLong(in.getInt());
        if (length > in.remaining()) {
            throw new IllegalArgumentException("a text is said to be longer than what holds it");
        }
        byte[] bytes = new byte[(int) length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** The encoding of a string. */
    static byte[] encoded(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Integer.BYTES + bytes.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }

    private static void skip(ByteBuffer in, long bytes) {
        if (bytes > in.remaining()) {
            throw new IllegalArgumentException("the snapshots of a migration are cut short");
        }
        in.position(in.position() + (int) bytes);
    }
}
