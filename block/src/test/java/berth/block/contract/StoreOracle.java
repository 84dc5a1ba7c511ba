package berth.block.contract;

import berth.block.MigrationStore;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * Does one random sequence of operations to a store and to a {@link ModelStore} side by side. Compares what every
 * operation gives and every refusal, and from time to time and at the end everything that is in the stores: every byte of
 * every image and snapshot, extents, differences, usage. {@code -Dberth.oracle.log=N} says how many operations a failure
 * lists. Not for use by several threads.
 */
public final class StoreOracle {
    private static final int COMPARE_EVERY = 40;
    private static final int LOGGED = Integer.getInteger("berth.oracle.log", 30);

    private final long seed;
    private final OracleSide model;
    private final OracleSide subject;
    private final OperationGenerator generator;
    private final StoreComparison comparison;
    private final Deque<String> log = new ArrayDeque<>();

    /**
     * Opens both stores.
     *
     * @param fixture opens the store to be compared
     * @param directory where it is to be
     * @param seed the same seed gives the same operations
     */
    public StoreOracle(StoreFixture fixture, Path directory, long seed) {
        TestSources sources = new TestSources();
        this.seed = seed;
        this.model = new OracleSide(new ModelFixture(), directory, sources);
        this.subject = new OracleSide(fixture, directory, sources);
        this.generator = new OperationGenerator(seed, model, sources, fixture.traits());
        this.comparison = new StoreComparison(new Random(~seed), fixture.traits());
    }

    /**
     * Does so many operations and closes both stores.
     *
     * @throws AssertionError with the seed, the number of the operation and those before it, when the stores differ
     */
    public void run(int operations) {
        int step = 0;
        try {
            for (MigrationStore store : List.of(model.store(), subject.store())) {
                OperationGenerator.POOLS.forEach(store::createPool);
            }
            while (step < operations) {
                step++;
                doNext(step);
                if (step % COMPARE_EVERY == 0) {
                    comparison.compare(model.store(), subject.store());
                }
            }
            model.reopen();
            subject.reopen();
            comparison.compare(model.store(), subject.store());
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(report(step, e), e);
        } finally {
            subject.close();
            model.close();
        }
    }

    private void doNext(int step) {
        Operation operation = generator.next();
        if (log.size() == LOGGED) {
            log.removeFirst();
        }
        log.addLast(step + ". " + operation);
        Operation.Outcome expected = operation.applyTo(model);
        Operation.Outcome actual = operation.applyTo(subject);
        if (expected.refusal().isPresent()) {
            log.addLast(log.removeLast() + " -> " + expected.refusal().get());
        }
        boolean blockersMayDiffer = model.store().migrations().stream().anyMatch(migration -> !migration.importOnly());
        boolean same = expected.value().equals(actual.value())
                && expected.refusal().equals(actual.refusal())
                && (blockersMayDiffer || expected.blockers().equals(actual.blockers()));
        if (!same) {
            throw new AssertionError("'" + operation + "' gave " + actual + "\nand should have given " + expected);
        }
    }

    private String report(int step, Throwable cause) {
        return "-Dberth.seed=%d: after operation %d: %s%nThe last operations:%n%s"
                .formatted(seed, step, cause, log.stream().collect(Collectors.joining("\n")));
    }
}
