package berth.block;

import org.jspecify.annotations.Nullable;

/**
 * Joins neighbours of the same kind on their way to another sink. Call {@link #finish} after the last extent. Not for
 * use by several threads.
 */
public final class ExtentMerger implements ExtentSink {
    private final ExtentSink next;
    private long start;
    private long end;
    private Extent.@Nullable Kind kind;

    /** Joined extents go to {@code next}. */
    public ExtentMerger(ExtentSink next) {
        this.next = next;
    }

    @Override
    public void accept(long offset, long length, Extent.Kind nextKind) {
        if (length == 0) {
            return;
        }
        if (kind == nextKind && offset == end) {
            end += length;
            return;
        }
        finish();
        start = offset;
        end = offset + length;
        kind = nextKind;
    }

    /** Hands on what is held back. */
    public void finish() {
        Extent.Kind held = kind;
        if (held != null) {
            kind = null;
            next.accept(start, end - start, held);
        }
    }
}
