package berth.block.contract;

import berth.block.MigrationStore;
import berth.block.Progress;
import berth.block.SourceOpener;
import java.util.List;
import java.util.Random;

/** A store on a disk whose power can be cut. Where it is, calls of the store throw {@link PowerLoss}. */
public interface PowerFixture {
    /** Opens the store; nothing goes on in its background. */
    MigrationStore open(SourceOpener sources);

    /**
     * Cuts the power at a change of the disk.
     *
     * @param changes how many changes are still made
     */
    void cutPowerAfter(long changes);

    /** Turns the power on again; the disk has what survived, and no cut is to come. */
    void restorePower();

    /**
     * Does one of the things that the store otherwise does in the background.
     *
     * @param meanwhile called between the steps of what is long
     * @return what was done, for the log
     */
    String maintain(MigrationStore store, Random random, Progress meanwhile);

    /** Does all of what the store has to do by itself some time after it was opened: it gives lost space back. */
    void tidy(MigrationStore store);

    /** Says what is wrong with the store and its files, space that nothing uses included; changes nothing. */
    List<String> check(MigrationStore store);
}
