package berth.source.qcow;

import java.time.Instant;

/**
 * An internal snapshot of a qcow2 image.
 *
 * @param id its id, unique within the image if the image is sound
 * @param name its name, any text
 * @param size the size of the disk in bytes when it was taken
 * @param created when it was taken
 * @param l1Offset where its L1 table is in the file
 * @param l1Entries how many entries that table has
 */
public record QcowSnapshot(String id, String name, long size, Instant created, long l1Offset, int l1Entries) {}
