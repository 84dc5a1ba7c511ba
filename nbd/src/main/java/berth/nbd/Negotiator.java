package berth.nbd;

import berth.block.BlockException;
import berth.nbd.OptionData.Malformed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The handshake with one client, up to the transmission phase. Run by the connection's thread.
 *
 * <p>At most one export is held open meanwhile: the one that the client spoke of last.
 */
final class Negotiator implements AutoCloseable {
    /** The longest option that is read; longer ones are refused after their data have been skipped. */
    static final int MAX_OPTION_BYTES = 32 << 10;

    /** The longest option whose data are skipped; a client that sends a longer one is dropped. */
    static final int MAX_SKIPPED_OPTION_BYTES = 1 << 20;

    private static final int OPTION_HEADER_BYTES = 16;

    private final Wire wire;
    private final Inbox inbox;
    private final OptionReplies replies;
    private final Exports exports;
    private final TlsPolicy tls;

    private boolean fixed;
    private boolean zeroes;
    private boolean encrypted;
    private boolean structured;
    private @Nullable String allocationOf;
    private @Nullable Held held;

    Negotiator(Wire wire, Exports exports, TlsPolicy tls) {
        this.wire = wire;
        this.inbox = wire.inbox();
        this.replies = new OptionReplies(wire.outbox());
        this.exports = exports;
        this.tls = tls;
    }

    /**
     * An open export.
     *
     * @param name what the client called it
     * @param size what the client was or will be told, even if it changes meanwhile
     */
    private record Held(String name, Export export, long size) {
        int flags(boolean structured) {
            return Session.flags(export, structured);
        }
    }

    /** What follows an option. */
    private enum Next {
        /** Another option. */
        OPTION,
        /** The transmission phase. */
        TRANSMISSION,
        /** The end of the connection. */
        END
    }

    /**
     * Talks to the client until it chooses an export, which then belongs to the caller.
     *
     * @return null when the client left instead
     */
    @Nullable
    Session negotiate() throws IOException {
        replies.greet();
        if (!inbox.fill(4)) {
            return null;
        }
        clientFlags(inbox.take(4).getInt());
        while (inbox.fill(OPTION_HEADER_BYTES)) {
            ByteBuffer header = inbox.take(OPTION_HEADER_BYTES);
            if (header.getLong() != Protocol.OPTION_MAGIC) {
                throw new ProtocolViolation("option without its magic");
            }
            Next next = option(header.getInt(), Integer.toUnsignedLong(header.getInt()));
            if (next == Next.END) {
                return null;
            }
            if (next == Next.TRANSMISSION) {
                return session();
            }
        }
        return null;
    }

    /** Closes the export that was spoken of but not chosen. */
    @Override
    public void close() {
        Held unused = held;
        held = null;
        if (unused != null) {
            unused.export().close();
        }
    }

    private void clientFlags(int flags) throws ProtocolViolation {
        if ((flags & ~(Protocol.FLAG_FIXED_NEWSTYLE | Protocol.FLAG_NO_ZEROES)) != 0) {
            throw new ProtocolViolation("client flags 0x" + Integer.toHexString(flags));
        }
        fixed = (flags & Protocol.FLAG_FIXED_NEWSTYLE) != 0;
        zeroes = (flags & Protocol.FLAG_NO_ZEROES) == 0;
    }

    private Session session() {
        Held chosen = Objects.requireNonNull(held);
        held = null;
        Export export = chosen.export();
        return new Session(export, chosen.size(), structured, export.name().equals(allocationOf));
    }

    private Next option(int option, long length) throws IOException {
        if (!fixed && option != Protocol.OPT_EXPORT_NAME) {
            throw new ProtocolViolation("option " + option + " from a client without fixed newstyle");
        }
        if (length > MAX_OPTION_BYTES) {
            return tooLong(option, length);
        }
        inbox.require((int) length);
        OptionData data = new OptionData(inbox.take((int) length));
        if (tls.required() && !encrypted && option != Protocol.OPT_STARTTLS && option != Protocol.OPT_ABORT) {
            return refuse(option, Protocol.REP_ERR_TLS_REQD, "this server requires TLS");
        }
        try {
            return execute(option, data);
        } catch (Malformed e) {
            return refuse(option, Protocol.REP_ERR_INVALID, e.getMessage());
        } catch (BlockException e) {
            return refuse(option, replyType(e), e.getMessage());
        }
    }

    private Next tooLong(int option, long length) throws IOException {
        if (length > MAX_SKIPPED_OPTION_BYTES) {
            throw new ProtocolViolation("option " + option + " with " + length + " bytes");
        }
        inbox.skip(length);
        return refuse(
                option,
                Protocol.REP_ERR_TOO_BIG,
                "an option of " + length + " bytes is longer than the allowed " + MAX_OPTION_BYTES);
    }

    /** EXPORT_NAME cannot be answered with an error; all other options can. */
    private Next refuse(int option, int type, @Nullable String message) throws IOException {
        if (option == Protocol.OPT_EXPORT_NAME) {
            return Next.END;
        }
        replies.error(option, type, message == null ? "" : message);
        return Next.OPTION;
    }

    private static int replyType(BlockException failure) {
        return switch (failure.problem()) {
            case POOL_NOT_FOUND, IMAGE_NOT_FOUND, SNAPSHOT_NOT_FOUND, SOURCE_NOT_FOUND -> Protocol.REP_ERR_UNKNOWN;
            case INVALID_ARGUMENT -> Protocol.REP_ERR_INVALID;
            case IO, CORRUPT -> Protocol.REP_ERR_PLATFORM;
            default -> Protocol.REP_ERR_POLICY;
        };
    }

    private Next execute(int option, OptionData data) throws IOException, Malformed {
        return switch (option) {
            case Protocol.OPT_EXPORT_NAME -> exportName(data);
            case Protocol.OPT_ABORT -> abort();
            case Protocol.OPT_LIST -> list(data);
            case Protocol.OPT_STARTTLS -> startTls(data);
            case Protocol.OPT_INFO, Protocol.OPT_GO -> info(option, data);
            case Protocol.OPT_STRUCTURED_REPLY -> structuredReply(data);
            case Protocol.OPT_LIST_META_CONTEXT, Protocol.OPT_SET_META_CONTEXT -> metaContext(option, data);
            default -> refuse(option, Protocol.REP_ERR_UNSUP, "option " + option + " is not supported");
        };
    }

    private Next exportName(OptionData data) throws IOException, Malformed {
        Held chosen = open(data.rest());
        replies.exportName(chosen.size(), chosen.flags(structured), zeroes);
        return Next.TRANSMISSION;
    }

    private Next abort() throws IOException {
        replies.ack(Protocol.OPT_ABORT);
        return Next.END;
    }

    private Next list(OptionData data) throws IOException, Malformed {
        data.end();
        for (Exports.Entry entry : exports.list()) {
            replies.server(Protocol.OPT_LIST, entry);
        }
        replies.ack(Protocol.OPT_LIST);
        return Next.OPTION;
    }

    private Next startTls(OptionData data) throws IOException, Malformed {
        data.end();
        TlsServer server = tls.server();
        if (server == null) {
            return refuse(Protocol.OPT_STARTTLS, Protocol.REP_ERR_POLICY, "TLS is not configured on this server");
        }
        if (encrypted) {
            throw new Malformed("TLS is on already");
        }
        replies.ack(Protocol.OPT_STARTTLS);
        wire.encrypt(server);
        encrypted = true;
        // What was agreed on in plain text may come from someone in between.
        structured = false;
        allocationOf = null;
        close();
        return Next.OPTION;
    }

    private Next info(int option, OptionData data) throws IOException, Malformed {
        String name = data.string();
        boolean wantsName = false;
        boolean wantsDescription = false;
        for (int left = data.number16(); left > 0; left--) {
            int info = data.number16();
            wantsName |= info == Protocol.INFO_NAME;
            wantsDescription |= info == Protocol.INFO_DESCRIPTION;
        }
        data.end();
        Held asked = open(name);
        Export export = asked.export();
        replies.infoExport(option, asked.size(), asked.flags(structured));
        replies.infoBlockSize(option);
        if (wantsName) {
            replies.infoText(option, Protocol.INFO_NAME, export.name());
        }
        if (wantsDescription && !export.description().isEmpty()) {
            replies.infoText(option, Protocol.INFO_DESCRIPTION, export.description());
        }
        replies.ack(option);
        return option == Protocol.OPT_GO ? Next.TRANSMISSION : Next.OPTION;
    }

    private Next structuredReply(OptionData data) throws IOException, Malformed {
        data.end();
        structured = true;
        replies.ack(Protocol.OPT_STRUCTURED_REPLY);
        return Next.OPTION;
    }

    private Next metaContext(int option, OptionData data) throws IOException, Malformed {
        boolean set = option == Protocol.OPT_SET_META_CONTEXT;
        if (set) {
            allocationOf = null;
        }
        if (!structured) {
            throw new Malformed("metadata contexts need structured replies, which have not been negotiated");
        }
        Export export = open(data.string()).export();
        boolean matched = MetaContextQuery.matches(data, set);
        data.end();
        if (matched) {
            replies.metaContext(option, set ? Protocol.BASE_ALLOCATION_ID : 0, Protocol.BASE_ALLOCATION);
        }
        if (matched && set) {
            allocationOf = export.name();
        }
        replies.ack(option);
        return Next.OPTION;
    }

    /** The export of that name; kept open as long as the client speaks of no other. */
    private Held open(String name) {
        String wanted = name.isEmpty() ? exports.defaultName().orElse(name) : name;
        Held before = held;
        if (before != null && before.name().equals(wanted)) {
            return before;
        }
        close();
        Export export = exports.open(wanted);
        try {
            Held opened = new Held(wanted, export, export.size());
            held = opened;
            return opened;
        } catch (RuntimeException e) {
            export.close();
            throw e;
        }
    }
}
