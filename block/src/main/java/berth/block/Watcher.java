package berth.block;

/**
 * A client that has an image open for writing.
 *
 * @param address where it is, in the form of a network address
 * @param client its number, unique in the store while it runs
 * @param cookie the handle's number
 */
public record Watcher(String address, long client, long cookie) {}
