package berth.nbd;

import static berth.nbd.Protocol.CMD_FLAG_DF;
import static berth.nbd.Protocol.CMD_FLAG_FAST_ZERO;
import static berth.nbd.Protocol.CMD_FLAG_FUA;
import static berth.nbd.Protocol.CMD_FLAG_NO_HOLE;
import static berth.nbd.Protocol.CMD_FLAG_REQ_ONE;

import org.jspecify.annotations.Nullable;

/** The requests of the transmission phase. FUA is valid with all of them, though it matters only to those that write. */
enum Command {
    READ(Protocol.CMD_READ, CMD_FLAG_DF, false),
    WRITE(Protocol.CMD_WRITE, 0, true),
    DISC(Protocol.CMD_DISC, 0, false),
    FLUSH(Protocol.CMD_FLUSH, 0, false),
    TRIM(Protocol.CMD_TRIM, 0, true),
    CACHE(Protocol.CMD_CACHE, 0, false),
    WRITE_ZEROES(Protocol.CMD_WRITE_ZEROES, CMD_FLAG_NO_HOLE | CMD_FLAG_FAST_ZERO, true),
    BLOCK_STATUS(Protocol.CMD_BLOCK_STATUS, CMD_FLAG_REQ_ONE, false);

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
