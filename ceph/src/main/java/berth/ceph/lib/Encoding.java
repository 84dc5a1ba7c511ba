package berth.ceph.lib;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The way in which Ceph writes its structures: numbers with the lowest byte first, texts after their length. */
final class Encoding {
    private Encoding() {}

    /** What makes a value of its encoding. */
    @FunctionalInterface
    interface Decoder<T> {
        T read(Input in);
    }

    /** Reads a value. @throws IllegalArgumentException when the bytes are too few */
    static <T> T decode(byte[] encoded, Decoder<T> decoder) {
        try {
            return decoder.read(new Input(ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN)));
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("what Ceph says is cut short", e);
        }
    }

    /**
     * Encoded bytes, read from the front.
     *
     * @param bytes what is left of them
     */
    record Input(ByteBuffer bytes) {
        int int8() {
            return bytes.get();
        }

        long int32() {
            return Integer.toUnsignedLong(bytes.getInt());
        }

        long int64() {
            return bytes.getLong();
        }

        String text() {
            long length = int32();
            requireLeft(length);
            byte[] text = new byte[(int) length];
            bytes.get(text);
            return new String(text, StandardCharsets.UTF_8);
        }

        void skip(long count) {
            requireLeft(count);
            bytes.position(bytes.position() + (int) count);
        }

        private void requireLeft(long count) {
            if (count > bytes.remaining()) {
                throw new BufferUnderflowException();
            }
        }
    }

    /** Texts, one after the other. */
    static byte[] texts(String... texts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (String text : texts) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            out.writeBytes(int32(bytes.length));
            out.writeBytes(bytes);
        }
        return out.toByteArray();
    }

    /** A map with one entry. */
    static byte[] entry(String key, String value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(int32(1));
        out.writeBytes(texts(key, value));
        return out.toByteArray();
    }

    private static byte[] int32(int number) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(number)
                .array();
    }
}
