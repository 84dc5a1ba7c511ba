package berth.ceph.lib;

import berth.posix.Errno;

/** A function of a native library that returned a negative error number. */
public final class NativeFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int number;
    private final String function;

    NativeFailure(String function, int number) {
        super(function + ": "
                + (Errno.of(number).number() == number ? Errno.of(number).described() : "(" + number + ")"));
        this.function = function;
        this.number = number;
    }

    /** The function that failed. */
    public String function() {
        return function;
    }

    /** The error number; mostly one of {@link Errno}. */
    public int number() {
        return number;
    }

    /** The errno; {@link Errno#EIO} for a number that has no name here. */
    public Errno errno() {
        return Errno.of(number);
    }
}
