package berth.block;

/**
 * What an image or a snapshot takes.
 *
 * @param provisionedBytes the size that clients see
 * @param usedBytes the bytes stored for this point in time beyond those of the snapshot before it
 */
public record DiskUsage(long provisionedBytes, long usedBytes) {}
