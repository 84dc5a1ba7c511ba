package berth.posix;

/** A system call that failed. */
public final class PosixException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Errno errno;

    /**
     * @param errno why it failed
     * @param call the system call, for example {@code pwrite}
     * @param subject the file it was about
     */
    public PosixException(Errno errno, String call, String subject) {
        super(call + " " + subject + ": " + errno.described());
        this.errno = errno;
    }

    /** Why the call failed. */
    public Errno errno() {
        return errno;
    }
}
