package berth.migration;

import java.util.Optional;

/**
 * How a migration is committed.
 *
 * @param force whether to commit although the target has descendants
 * @param skipVerification whether to commit without reading the target again
 * @param verifySource whether to read the source again, too, and compare: only that finds out what was damaged on its
 *     way from the source, or changed in a source that says it did not
 * @param acceptChangedSource whether to commit although the source changed since the migration was prepared; the receipt
 *     names the changes
 * @param acceptClientWrites whether to commit although clients wrote to a disk of which nothing was kept as it was
 *     copied, so that only its snapshots are compared; the receipt says so
 * @param receipt where the receipt goes; into the store when empty
 */
public record CommitOptions(
        boolean force,
        boolean skipVerification,
        boolean verifySource,
        boolean acceptChangedSource,
        boolean acceptClientWrites,
        Optional<ReceiptSink> receipt) {
    /** Verified on both sides, from an unchanged source, without descendants, with the receipt in the store. */
    public static final CommitOptions DEFAULT = new CommitOptions(false, false, true, false, false, Optional.empty());

    /** The same, although the target has descendants. */
    public CommitOptions forced() {
        return new CommitOptions(
                true, skipVerification, verifySource, acceptChangedSource, acceptClientWrites, receipt);
    }

    /** The same, without reading the target again. */
    public CommitOptions skippingVerification() {
        return new CommitOptions(force, true, verifySource, acceptChangedSource, acceptClientWrites, receipt);
    }

    /** The same, without reading the source again. */
    public CommitOptions skippingSource() {
        return new CommitOptions(force, skipVerification, false, acceptChangedSource, acceptClientWrites, receipt);
    }

    /** The same, although the source changed. */
    public CommitOptions acceptingChangedSource() {
        return new CommitOptions(force, skipVerification, verifySource, true, acceptClientWrites, receipt);
    }

    /** The same, although clients wrote to a disk of which nothing was kept as it was copied. */
    public CommitOptions acceptingClientWrites() {
        return new CommitOptions(force, skipVerification, verifySource, acceptChangedSource, true, receipt);
    }

    /** The same with the receipt somewhere else. */
    public CommitOptions withReceipt(ReceiptSink sink) {
        return new CommitOptions(
                force, skipVerification, verifySource, acceptChangedSource, acceptClientWrites, Optional.of(sink));
    }
}
