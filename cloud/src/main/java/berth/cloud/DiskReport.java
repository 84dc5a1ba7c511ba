package berth.cloud;

import berth.migration.Receipt;
import berth.migration.ReceiptStatement;
import java.nio.file.Path;

/**
 * What became of a disk.
 *
 * @param disk the disk's name: {@code disk}, {@code disk.swap}, ...
 * @param image pool and name of the image that it is now
 * @param sizeBytes its size
 * @param bytesWritten the bytes that were written to the store for it; the rest reads as zeroes
 * @param rootDigest the digest over all of its objects
 * @param verified whether the image was read again and compared
 * @param receipt where its receipt is
 */
public record DiskReport(
        String disk,
        String image,
        long sizeBytes,
        long bytesWritten,
        String rootDigest,
        boolean verified,
        String receipt) {
    static DiskReport of(String disk, Receipt receipt, Path place) {
        ReceiptStatement statement = receipt.statement();
        return new DiskReport(
                disk,
                statement.target().pool() + "/" + statement.target().image(),
                statement.target().sizeBytes(),
                statement.content().bytesWritten(),
                statement.content().rootDigest(),
                statement.verification().targetReread(),
                place.toString());
    }
}
