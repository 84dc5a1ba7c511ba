package berth.fuzz;

import berth.block.BlockException;
import berth.block.Problem;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Set;

/**
 * What a parser promises for every input: which failures it reports, and how much it allocates. That it ends is for the
 * time limit of whoever calls the target.
 *
 * @param maxAllocatedBytes the most bytes of heap that one input may make the calling thread allocate, garbage included
 * @param refusals the failures that are an answer to bad input
 */
public record Promise(long maxAllocatedBytes, Set<Problem> refusals) {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** The promise of a parser with the given bound and failures. */
    public static Promise of(long maxAllocatedBytes, Problem... refusals) {
        return new Promise(maxAllocatedBytes, Set.of(refusals));
    }

    /**
     * Uses a parser; returns when it kept the promise, refusals included. Because classes are loaded, and instrumented by
     * the fuzzer, on their first use, an input that seems to take too much is tried again.
     */
    public void hold(Runnable use) {
        if (allocatedBy(use) <= maxAllocatedBytes) {
            return;
        }
        long allocated = allocatedBy(use);
        if (allocated > maxAllocatedBytes) {
            throw new BrokenPromise(
                    "it allocated " + allocated + " bytes; at most " + maxAllocatedBytes + " are allowed");
        }
    }

    private long allocatedBy(Runnable use) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
            use.run();
        } catch (BlockException e) {
            if (!refusals.contains(e.problem())) {
                throw new BrokenPromise("it failed with " + e.problem() + ", which it does not declare", e);
            }
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }
}
