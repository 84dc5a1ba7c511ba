package berth.migration;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.BlockException;
import berth.block.ImageSpec;
import berth.block.MigrationState;
import berth.block.Problem;
import berth.block.Progress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every command in every state, for both kinds of migration, under the target's name and the source's. */
class MoverStatesTest extends MoverFixture {
    private static final String TABLE = """
            PREPARED,   execute, done
            PREPARED,   commit,  current migration state is 'prepared' (should be 'executed')
            PREPARED,   abort,   done
            EXECUTING,  execute, done
            EXECUTING,  commit,  current migration state is 'executing' (should be 'executed')
            EXECUTING,  abort,   done
            EXECUTED,   execute, current migration state is 'executed' (should be 'prepared')
            EXECUTED,   commit,  done
            EXECUTED,   abort,   done
            COMMITTING, execute, current migration state is 'committing' (should be 'prepared')
            COMMITTING, commit,  done
            COMMITTING, abort,   current migration state is 'committing' (should be 'executed')
            ABORTING,   execute, current migration state is 'aborting' (should be 'prepared')
            ABORTING,   commit,  current migration state is 'aborting' (should be 'executed')
            ABORTING,   abort,   done
            """;

    @ParameterizedTest
    @CsvSource(textBlock = TABLE)
    void aLinkedMigrationTakesExactlyTheStepsOfItsState(MigrationState from, String step, String outcome) {
        prepareLinked();
        bring(from);
        check(TARGET, from, step, outcome);
    }

    @ParameterizedTest
    @CsvSource(textBlock = TABLE)
    void theSourcesNameDoesAsWellAsTheTargets(MigrationState from, String step, String outcome) {
        prepareLinked();
        bring(from);
        check(SOURCE, from, step, outcome);
    }

    @ParameterizedTest
    @CsvSource(textBlock = TABLE)
    void anImportTakesExactlyTheStepsOfItsState(MigrationState from, String step, String outcome) {
        prepareImport();
        bring(from);
        check(TARGET, from, step, outcome);
    }

    @ParameterizedTest
    @CsvSource({"execute", "commit", "abort"})
    void anImageThatDoesNotMigrateIsRefused(String step) {
        BlockException e = expect(Problem.NOT_MIGRATING, () -> take(step, SOURCE));
        assertThat(e.errno().number()).isEqualTo(22);
        e = expect(Problem.IMAGE_NOT_FOUND, () -> take(step, new ImageSpec("rbd", "nosuch")));
        assertThat(e.errno().number()).isEqualTo(2);
    }

    private void check(ImageSpec name, MigrationState from, String step, String outcome) {
        mover = newMover();
        if (outcome.equals("done")) {
            take(step, name);
            if (step.equals("execute")) {
                assertThat(state()).isEqualTo(MigrationState.EXECUTED);
            } else {
                assertThat(store.migrations()).isEmpty();
            }
            return;
        }
        BlockException e = expect(Problem.MIGRATION_STATE, () -> take(step, name));
        assertThat(e).hasMessageContaining(outcome);
        assertThat(e.errno().number()).isEqualTo(22);
        assertThat(state()).isEqualTo(from);
    }

    private void take(String step, ImageSpec image) {
        switch (step) {
            case "execute" -> mover.execute(image, ExecuteOptions.DEFAULT, CopyProgress.NONE);
            case "commit" -> mover.commit(image, CommitOptions.DEFAULT, Progress.NONE);
            default -> mover.abort(image, Progress.NONE);
        }
    }

    private void bring(MigrationState to) {
        switch (to) {
            case PREPARED -> {}
            case EXECUTING -> executeUntil(2);
            case EXECUTED -> execute();
            case COMMITTING -> {
                execute();
                faults.failOnce("commitMigration", new BlockException(Problem.IO, "power cut"));
                expect(Problem.IO, this::commit);
            }
            case ABORTING -> {
                faults.failOnce("abortMigration", new BlockException(Problem.IO, "power cut"));
                expect(Problem.IO, () -> mover.abort(TARGET, Progress.NONE));
            }
        }
        assertThat(state()).isEqualTo(to);
    }
}
