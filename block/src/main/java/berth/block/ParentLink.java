package berth.block;

/**
 * What a clone was made from.
 *
 * @param snapshot the parent snapshot
 * @param overlapBytes how much of the parent shows through, from the start
 */
public record ParentLink(SnapshotSpec snapshot, long overlapBytes) {}
