package berth.http;

import berth.block.BlockException;
import berth.block.Problem;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/**
 * A virtual file whose reads wait for a source that does not answer for a while, so that a machine that runs on the image
 * waits, too, instead of seeing errors of its disk. What waiting does not help, such as a source that has changed, fails
 * at once.
 */
final class PatientFile {
    private static final System.Logger LOG = System.getLogger(PatientFile.class.getName());
    private static final long PAUSE_MILLIS = 500;
    private static final Set<Problem> PASSING = EnumSet.of(Problem.IO, Problem.UNREACHABLE);

    private final VirtualQcow2 file;
    private final Duration patience;

    PatientFile(VirtualQcow2 file, Duration patience) {
        this.file = file;
        this.patience = patience;
    }

    long size() {
        return file.size();
    }

    /** See {@link VirtualQcow2#read}; fails when the source has not answered all the time. */
    void read(long offset, ByteBuffer into) {
        long end = System.nanoTime() + patience.toNanos();
        int start = into.position();
        int limit = into.limit();
        boolean told = false;
        while (true) {
            try {
                file.read(offset, into);
                return;
            } catch (BlockException e) {
                if (!PASSING.contains(e.problem()) || System.nanoTime() - end > 0) {
                    throw e;
                }
                if (!told) {
                    told = true;
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "a source does not answer, so its clients wait: " + e.getMessage());
                }
                into.limit(limit).position(start);
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BlockException(Problem.CANCELLED, "the server is being stopped", e);
        }
    }
}
