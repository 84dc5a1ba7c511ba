package berth.nbd;

import static berth.nbd.Protocol.CMD_FLAG_DF;
import static berth.nbd.Protocol.CMD_FLAG_FAST_ZERO;
import static berth.nbd.Protocol.CMD_FLAG_FUA;
import static berth.nbd.Protocol.CMD_FLAG_NO_HOLE;
import static berth.nbd.Protocol.CMD_FLAG_REQ_ONE;

import org.jspecify.annotations.Nullable;

/** The requests of the transmission phase. FUA is valid with all of them, though it matters only to those that write. */
enum Command {
    READ(0, CMD_FLAG_DF, false),
    WRITE(1, 0, true),
    DISC(2, 0, false),
    FLUSH(3, 0, false),
    TRIM(4, 0, true),
    CACHE(5, 0, false),
    WRITE_ZEROES(6, CMD_FLAG_NO_HOLE | CMD_FLAG_FAST_ZERO, true),
    BLOCK_STATUS(7, CMD_FLAG_REQ_ONE, false);

    private static final @Nullable Command[] BY_CODE = new @Nullable Command[8];

    static {
        for (Command command : values()) {
            BY_CODE[command.code] = command;
        }
    }

    private final int code;
    private final int flags;
    private final boolean writes;

    Command(int code, int flags, boolean writes) {
        this.code = code;
        this.flags = flags | CMD_FLAG_FUA;
        this.writes = writes;
    }

    /** The command of a request's type field; null for one that is not known. */
    static @Nullable Command of(int code) {
        return code < BY_CODE.length ? BY_CODE[code] : null;
    }

    /** Whether these command flags may come with it. */
    boolean allows(int commandFlags) {
        return (commandFlags & ~flags) == 0;
    }

    /** Whether it changes the export, so that a read-only one refuses it. */
    boolean writes() {
        return writes;
    }
}
