package berth.cli.command;

/**
 * What {@code bench} does.
 *
 * @param type the kind of I/O as it is printed
 * @param readPercent how many of 100 operations read
 * @param random whether offsets are random; else each thread goes through a part of its own
 * @param ioBytes the size of an operation
 * @param threads operations at a time
 * @param totalBytes how much is done in all
 */
record BenchSettings(String type, int readPercent, boolean random, int ioBytes, int threads, long totalBytes) {
    /** The number of operations. */
    long operations() {
        return (totalBytes + ioBytes - 1) / ioBytes;
    }
}
