package berth.source.spec;

/** What describes a source well enough to open it. */
public sealed interface SourceSpec permits NativeSpec, DiskSpec {
    /**
     * The spec as JSON without spaces, keys in order, as {@code rbd status} prints it. Secrets given by value are not in
     * it.
     */
    default String toJson() {
        return SpecPrinter.print(this);
    }
}
