package berth.libvirt;

import berth.block.Problem;

/** The error numbers of libvirt ({@code virErrorNumber}) that mean something of their own here. */
enum LibvirtError {
    NO_SUPPORT(3, Problem.UNSUPPORTED),
    NO_CONNECT(5, Problem.UNREACHABLE),
    INVALID_ARGUMENT(8, Problem.INVALID_ARGUMENT),
    XML(27, Problem.INVALID_ARGUMENT),
    OPERATION_DENIED(29, Problem.ACCESS_DENIED),
    NO_DOMAIN(42, Problem.SOURCE_NOT_FOUND),
    AUTHENTICATION_FAILED(45, Problem.ACCESS_DENIED),
    OPERATION_INVALID(55, Problem.INVALID_ARGUMENT),
    /** Also what reading a private secret ends with. */
    INVALID_SECRET(65, Problem.ACCESS_DENIED),
    NO_SECRET(66, Problem.SOURCE_NOT_FOUND),
    CONFIGURATION_UNSUPPORTED(67, Problem.UNSUPPORTED),
    OPERATION_TIMEOUT(68, Problem.IMAGE_IN_USE),
    ARGUMENT_UNSUPPORTED(74, Problem.UNSUPPORTED),
    OPERATION_ABORTED(78, Problem.CANCELLED),
    AUTHENTICATION_CANCELLED(79, Problem.ACCESS_DENIED),
    BLOCK_COPY_ACTIVE(83, Problem.IMAGE_IN_USE),
    OPERATION_UNSUPPORTED(84, Problem.UNSUPPORTED),
    RESOURCE_BUSY(87, Problem.IMAGE_IN_USE),
    ACCESS_DENIED(88, Problem.ACCESS_DENIED),
    AUTHENTICATION_UNAVAILABLE(94, Problem.ACCESS_DENIED),
    /** All others. */
    OTHER(-1, Problem.IO);

    private final int number;
    private final Problem problem;

    LibvirtError(int number, Problem problem) {
        this.number = number;
        this.problem = problem;
    }

    static LibvirtError of(int number) {
        for (LibvirtError error : values()) {
            if (error.number == number) {
                return error;
            }
        }
        return OTHER;
    }

    Problem problem() {
        return problem;
    }
}
