package berth.source.spec;

/** A disk in a stream. */
public sealed interface DiskSpec extends SourceSpec permits RawSpec, QcowSpec {
    /** Where its bytes are. */
    StreamSpec stream();
}
