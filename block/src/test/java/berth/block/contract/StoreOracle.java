package berth.block.contract;

import berth.block.MigrationStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * Does one random sequence of operations to a store and to a {@link ModelStore} side by side. Compares what every
 * operation gives and every refusal, and from time to time and at the end everything that is in the stores: every byte of
 * every image and snapshot, extents, differences, usage. Not for use by several threads.
 */
public final class StoreOracle {
    private static final int COMPARE_EVERY = 40;

    private final long seed;
    private final OracleSide model;
    private final OracleSide subject;
    private final Random random;
    private final OperationGenerator generator;
    private final StoreComparison comparison;
    private final OracleLog log = new OracleLog();
    private boolean interluding;

    /**
     * Opens both stores.
     *
     * @param fixture opens the store to be compared
     * @param directory where it is to be
     * @param seed the same seed gives the same operations
     */
    public StoreOracle(StoreFixture fixture, Path directory, long seed) {
        this(fixture, directory, seed, Scale.FULL);
    }

    /** Opens both stores, for operations on images so small that many can be done. */
    public static StoreOracle quick(StoreFixture fixture, Path directory, long seed) {
        return new StoreOracle(fixture, directory, seed, Scale.QUICK);
    }

    private StoreOracle(StoreFixture fixture, Path directory, long seed, Scale scale) {
        TestSources sources = new TestSources();
        this.seed = seed;
        this.model = new OracleSide(new ModelFixture(), directory, sources);
        this.subject = new OracleSide(fixture, directory, sources);
        this.random = new Random(seed);
        this.generator = new OperationGenerator(scale, random, model, sources, fixture.traits());
        this.comparison = new StoreComparison(new Random(~seed), fixture.traits());
        if (fixture.traits().usableFromProgress()) {
            subject.meanwhile(this::interlude);
        }
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
        log.add(step + ". " + operation);
        Operation.Outcome expected = operation.applyTo(model);
        Operation.Outcome actual = operation.applyTo(subject);
        expected.refusal().ifPresent(refusal -> log.append(" -> " + refusal));
        operation.compare(expected, actual, model);
    }

    /** Between the steps of a long operation of the store, clients go on. */
    private void interlude() {
        if (interluding || random.nextBoolean()) {
            return;
        }
        interluding = true;
        generator.nextIo().ifPresent(io -> {
            log.add("   meanwhile " + io);
            io.compare(io.applyTo(model), io.applyTo(subject), model);
        });
        interluding = false;
    }

    private String report(int step, Throwable cause) {
        return "-Dberth.seed=%d: after operation %d: %s%n%s".formatted(seed, step, cause, log);
    }
}
