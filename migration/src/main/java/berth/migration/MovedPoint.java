package berth.migration;

/**
 * A point in time that a migration carries over.
 *
 * @param name the snapshot's name; empty for the disk as it was when the migration was prepared
 * @param sizeBytes its size
 * @param isProtected whether the snapshot is protected
 */
public record MovedPoint(String name, long sizeBytes, boolean isProtected) {}
