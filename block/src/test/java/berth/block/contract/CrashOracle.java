package berth.block.contract;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.Fill;
import berth.block.Image;
import berth.block.MigrationRecord;
import berth.block.ObjectDigest;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Does one random sequence of operations to a store and to a {@link ModelStore}, with losses of power in between: at any
 * change of the disk, in the midst of any operation, and while the store is being opened again. After each one compares
 * everything that is in the stores. What was durable must be there; of writes that were not flushed each sector may be
 * old or new; an operation that was interrupted must have happened or not. Not for use by several threads.
 */
public final class CrashOracle {
    /** The most changes of the disk between two losses of power. */
    private static final int MAX_CHANGES = 150;
    /** The most changes of the disk while the store is opened, when that is interrupted. */
    private static final int MAX_CHANGES_OF_RECOVERY = 20;

    /** Clients go on after one in so many steps of a scrub. */
    private static final int SELDOM = 20;

    private static final long NEVER = Long.MAX_VALUE;

    private final long seed;
    private final Random random;
    private final PowerFixture power;
    private final TestSources sources = new TestSources();
    private final OracleSide model;
    private final OracleSide subject;
    private final OperationGenerator generator;
    private final StoreComparison comparison;
    private final OracleLog log = new OracleLog();
    private ModelStore modelStore;
    private boolean interluding;
    private int operations;
    private int crashes;

    /**
     * Opens both stores.
     *
     * @param power an empty disk
     * @param seed the same seed gives the same operations and the same losses of power
     */
    public CrashOracle(PowerFixture power, long seed) {
        this.seed = seed;
        this.random = new Random(seed);
        this.power = power;
        this.modelStore = new ModelStore(sources);
        this.model = new OracleSide((directory, opener) -> modelStore.reopen(opener), Path.of(""), sources);
        this.subject = new OracleSide((directory, opener) -> power.open(opener), Path.of(""), sources);
        this.generator = new OperationGenerator(Scale.QUICK, random, model, sources, StoreTraits.EXACT);
        this.comparison = new StoreComparison(random, StoreTraits.EXACT);
        subject.meanwhile(this::interlude);
    }

    /** How often power was lost. */
    public int crashes() {
        return crashes;
    }

    /** How many operations were done or begun. */
    public int operations() {
        return operations;
    }

    /**
     * Loses power so often.
     *
     * @throws AssertionError with the seed and the last operations, when what is found cannot be
     */
    public void run(int losses) {
        try {
            OperationGenerator.POOLS.forEach(model.store()::createPool);
            OperationGenerator.POOLS.forEach(subject.store()::createPool);
            while (crashes < losses) {
                power.cutPowerAfter(random.nextInt(MAX_CHANGES));
                Operation interrupted = workUntilPowerIsLost();
                model.halfFlat.addAll(subject.halfFlat);
                recover();
                settle(interrupted);
                subject.halfFlat.retainAll(model.halfFlat);
            }
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(
                    "-Dberth.seed=%d: after %d losses of power: %s%n%s".formatted(seed, crashes, e, log), e);
        }
    }

    /** The part of an operation that was interrupted. */
    private Operation workUntilPowerIsLost() {
        while (true) {
            for (Operation part : next().parts()) {
                operations++;
                log.add(operations + ". " + part);
                Optional<Operation.Outcome> outcome = tryOnBoth(part);
                if (outcome.isEmpty()) {
                    log.append(" -> power is lost");
                    crashes++;
                    return part;
                }
                if (outcome.get().refusal().isPresent()) {
                    log.append(" -> " + outcome.get().refusal().get());
                    break;
                }
            }
        }
    }

    /**
     * An operation; often one that makes something durable, so that there is something that must not be lost, or one that
     * takes many changes of the disk.
     */
    private Operation next() {
        return switch (random.nextInt(20)) {
            case 0, 1, 2 -> generator.nextFlush().orElseGet(generator::next);
            case 3 -> maintenance();
            case 4, 5 -> generator.nextMove().orElseGet(generator::next);
            default -> generator.next();
        };
    }

    /** What only the store itself does, and what changes nothing that can be seen. */
    private Operation maintenance() {
        return new Operation("maintenance", side -> {
            if (side == subject) {
                log.append(": " + power.maintain(side.store(), random, this::seldom));
            }
            return "done";
        });
    }

    /** What came of a part of an operation; nothing when power was lost. */
    private Optional<Operation.Outcome> tryOnBoth(Operation part) {
        try {
            // A write that is interrupted may have been done in part, so the model has to know of it.
            Optional<Operation.Outcome> before = part.tearable() ? Optional.of(part.applyTo(model)) : Optional.empty();
            Operation.Outcome actual = part.applyTo(subject);
            Operation.Outcome expected = before.orElseGet(() -> part.applyTo(model));
            part.compare(expected, actual, model);
            return Optional.of(actual);
        } catch (PowerLoss e) {
            return Optional.empty();
        }
    }

    /** Between the steps of a long operation of the store, clients go on. */
    private void interlude() {
        if (interluding || random.nextBoolean()) {
            return;
        }
        interluding = true;
        try {
            Optional<Operation> io = generator.nextIo();
            if (io.isPresent()) {
                log.add("   meanwhile " + io.get());
                if (tryOnBoth(io.get()).isEmpty()) {
                    throw new PowerLoss();
                }
            }
        } finally {
            interluding = false;
        }
    }

    /** The many small steps of a scrub let clients go on only now and then. */
    private boolean seldom(long done, long total) {
        if (random.nextInt(SELDOM) == 0) {
            subject.meanwhile().step(done, total);
        }
        return true;
    }

    private void recover() {
        while (true) {
            power.restorePower();
            power.cutPowerAfter(random.nextInt(3) == 0 ? random.nextInt(MAX_CHANGES_OF_RECOVERY) : NEVER);
            try {
                subject.restart(power.open(sources));
                power.tidy(subject.store());
                power.cutPowerAfter(NEVER);
                return;
            } catch (PowerLoss e) {
                log.add("power is lost while the store is opened");
                crashes++;
            }
        }
    }

    /** Finds out whether an operation has happened that was interrupted, and takes what is found for what is there. */
    private void settle(Operation interrupted) {
        restartModel();
        assertThat(power.check(subject.store()))
                .as("what is wrong with the store")
                .isEmpty();
        try {
            compare();
        } catch (AssertionError hasNotHappened) {
            interrupted.applyTo(model);
            restartModel();
            try {
                compare();
            } catch (AssertionError hasHappened) {
                throw new AssertionError(
                        "neither is the store what it was before '" + interrupted + "', for "
                                + hasNotHappened.getMessage() + "\n, nor what it should be after it, for "
                                + hasHappened.getMessage(),
                        hasHappened);
            }
        }
    }

    private void restartModel() {
        modelStore = modelStore.losePower(sources);
        model.restart(modelStore);
    }

    private void compare() {
        StoreComparison.compareFacts(modelStore, subject.store());
        for (ModelImage image : List.copyOf(modelStore.state().images)) {
            if (image.trashed == null) {
                try (Image found = subject.store().open(image.spec(), Access.READ_ONLY)) {
                    image.recover(found);
                }
            }
        }
        modelStore.migrations().forEach(this::compareFill);
        comparison.compare(modelStore, subject.store());
    }

    /** What was copied is known to be copied, or copied again; and what is known to be copied is there. */
    private void compareFill(MigrationRecord migration) {
        try (Fill expected = modelStore.openFill(migration.target());
                Fill actual = subject.store().openFill(migration.target())) {
            assertThat(actual.objects()).as("objects of %s", migration.target()).isEqualTo(expected.objects());
            for (long object = 0; object < expected.objects(); object++) {
                String name = "object " + object + " of " + migration.target();
                if (expected.isFilled(object)) {
                    assertThat(actual.isFilled(object)).as("%s is copied", name).isTrue();
                } else if (actual.isFilled(object)) {
                    ObjectDigest digest = expected.fill(object).digest().orElseThrow();
                    assertThat(actual.recorded(object)).as("digest of %s", name).isEqualTo(digest);
                    assertThat(actual.reread(object)).as("%s, read again", name).isEqualTo(digest);
                }
            }
        } catch (BlockException e) {
            throw new AssertionError("the fill of " + migration.target() + " cannot be compared: " + e, e);
        }
    }
}
