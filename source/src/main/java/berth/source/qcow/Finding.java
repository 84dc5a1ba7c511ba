package berth.source.qcow;

/**
 * One problem of an image's metadata.
 *
 * @param file the file
 * @param where the place in it, in words; empty when the whole file is meant
 * @param what what is wrong
 */
public record Finding(String file, String where, String what) {
    @Override
    public String toString() {
        return file + ": " + (where.isEmpty() ? "" : where + ": ") + what;
    }
}
