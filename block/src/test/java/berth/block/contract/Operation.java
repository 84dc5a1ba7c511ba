package berth.block.contract;

import berth.block.BlockException;
import berth.block.Problem;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * One step of a random sequence.
 *
 * @param text what the log calls it
 * @param tearable whether a loss of power may leave a part of it
 * @param actions the changes that it consists of, which happen one after the other, each wholly or not at all unless
 *     tearable; each gives what can be compared with what it gave on the other store
 */
record Operation(String text, boolean tearable, List<Function<OracleSide, Object>> actions) {
    Operation(String text, Function<OracleSide, Object> action) {
        this(text, false, List.of(action));
    }

    /** What came of an operation: a value, or a refusal with the blockers it named. */
    record Outcome(Object value, Optional<Problem> refusal, List<String> blockers) {}

    Outcome applyTo(OracleSide side) {
        try {
            Object value = "nothing";
            for (Function<OracleSide, Object> action : actions) {
                value = action.apply(side);
            }
            return new Outcome(value, Optional.empty(), List.of());
        } catch (BlockException e) {
            List<String> blockers = e.blockers().stream().sorted().toList();
            return new Outcome("refused", Optional.of(e.problem()), blockers);
        }
    }

    /**
     * Compares what came of the operation on the two sides.
     *
     * @throws AssertionError when the values or the refusals differ
     */
    void compare(Outcome expected, Outcome actual, OracleSide model) {
        boolean blockersMayDiffer = model.store().migrations().stream().anyMatch(migration -> !migration.importOnly());
        boolean same = expected.value().equals(actual.value())
                && expected.refusal().equals(actual.refusal())
                && (blockersMayDiffer || expected.blockers().equals(actual.blockers()));
        if (!same) {
            throw new AssertionError("'" + this + "' gave " + actual + "\nand should have given " + expected);
        }
    }

    /** The operation as several, each of one change. */
    List<Operation> parts() {
        return actions.stream()
                .map(action -> new Operation(text, tearable, List.of(action)))
                .toList();
    }

    @Override
    public String toString() {
        return text;
    }
}
