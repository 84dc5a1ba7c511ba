package berth.block.contract;

/** Power is lost: thrown out of the call at which it happens, and out of all calls after it. */
public final class PowerLoss extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Power is lost now. */
    public PowerLoss() {
        super("power is lost");
    }
}
