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
 * @param action does it to one store, and gives what can be compared with what it gave on the other
 */
record Operation(String text, Function<OracleSide, Object> action) {
    /** What came of an operation: a value, or a refusal with the blockers it named. */
    record Outcome(Object value, Optional<Problem> refusal, List<String> blockers) {}

    Outcome applyTo(OracleSide side) {
        try {
            return new Outcome(action.apply(side), Optional.empty(), List.of());
        } catch (BlockException e) {
            List<String> blockers = e.blockers().stream().sorted().toList();
            return new Outcome("refused", Optional.of(e.problem()), blockers);
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
