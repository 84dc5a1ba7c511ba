package berth.ceph.lib;

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
        return Encoding.decode(encoded, MigrationHeader::read);
    }

    private static MigrationHeader read(Encoding.Input in) {
        int version = in.int8();
        in.int8(); // the oldest version that could read it
        in.int32(); // the length
        boolean ofSource = in.int8() == TYPE_SOURCE;
        long poolId = in.int64();
        String namespace = in.text();
        String imageName = in.text();
        String imageId = in.text();
        in.skip(in.int32() * SNAP_SEQ_BYTES);
        in.int64(); // the overlap with the parent
        boolean flatten = in.int8() != 0;
        in.int8(); // whether it is mirrored
        int state = in.int8();
        String description = in.text();
        if (version >= WITH_MIRROR_MODE) {
            in.int8();
        }
        String sourceSpec = version >= WITH_SOURCE_SPEC ? in.text() : "";
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
}
