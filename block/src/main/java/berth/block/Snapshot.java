package berth.block;

import java.time.Instant;

/**
 * A snapshot of an image.
 *
 * @param id its number, unique within the image and growing with time
 * @param name its name
 * @param size the image's size in bytes when it was taken
 * @param isProtected whether it may have clones and cannot be removed
 * @param created when it was taken
 */
public record Snapshot(long id, String name, long size, boolean isProtected, Instant created) {}
