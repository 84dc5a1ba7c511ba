package berth.nbd;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Takes the data of an option apart. Every length in it is checked against what is there. */
final class OptionData {
    private final ByteBuffer bytes;

    /** The data are the buffer's remaining bytes. */
    OptionData(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /** The data of an option do not have its form. The message is for the client. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message);
        }
    }

    int number32() throws Malformed {
        return need(4).getInt();
    }

    int number16() throws Malformed {
        return Short.toUnsignedInt(need(2).getShort());
    }

    /** A string behind its length of 32 bits. */
    String string() throws Malformed {
        return string(Integer.toUnsignedLong(number32()));
    }

    /** A string that is all that is left. */
    String rest() throws Malformed {
        return string(bytes.remaining());
    }

    void end() throws Malformed {
        if (bytes.hasRemaining()) {
            throw new Malformed("the option has " + bytes.remaining() + " bytes too many");
        }
    }

    private String string(long length) throws Malformed {
        if (length > Protocol.MAX_STRING_BYTES) {
            throw new Malformed("a string of " + length + " bytes is longer than the allowed 4096");
        }
        int limit = need((int) length).limit();
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(bytes.limit(bytes.position() + (int) length))
                    .toString();
            if (text.indexOf('\0') >= 0) {
                throw new Malformed("a string holds a NUL character");
            }
            return text;
        } catch (CharacterCodingException e) {
            throw new Malformed("a string is not UTF-8");
        } finally {
            bytes.limit(limit);
        }
    }

    private ByteBuffer need(int length) throws Malformed {
        if (bytes.remaining() < length) {
            throw new Malformed("the option ends too early");
        }
        return bytes;
    }
}
