package berth.block;

/**
 * A fill whose store copies by itself, in an order and at a rate of its own: {@link #fill} copies nothing, and there are
 * no digests of what was copied. What is recorded is what the source holds when it is read to be compared.
 */
public interface SelfFilling extends Fill {
    /**
     * Copies everything that has not been copied yet.
     *
     * @param progress counts objects, not necessarily those of this fill
     */
    void run(Progress progress);

    /**
     * Whether the disk is still there as it was copied, apart from what clients write since. Where it is not, the disk
     * itself can be compared with the source only while nobody has written to it.
     */
    boolean keepsWhatWasCopied();

    /**
     * Leaves the disk as it is now out of the comparison, for clients have written to it: it is compared with itself, and
     * only the snapshots with the source.
     */
    void acceptClientWrites();
}
