package berth.libvirt;

/** What a domain does, as libvirt numbers it ({@code virDomainState}). */
public enum DomainState {
    NO_STATE("no state", false),
    RUNNING("running", true),
    BLOCKED("idle", true),
    PAUSED("paused", true),
    SHUTTING_DOWN("in shutdown", true),
    SHUT_OFF("shut off", false),
    CRASHED("crashed", false),
    SUSPENDED_BY_GUEST("pmsuspended", true);

    private final String word;
    private final boolean active;

    DomainState(String word, boolean active) {
        this.word = word;
        this.active = active;
    }

    static DomainState of(int number) {
        return number >= 0 && number < values().length ? values()[number] : NO_STATE;
    }

    /** Whether there is a program of QEMU that has the domain's disks open. */
    public boolean active() {
        return active;
    }

    /** {@code virsh}'s word for it. */
    @Override
    public String toString() {
        return word;
    }
}
