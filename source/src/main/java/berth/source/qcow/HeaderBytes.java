package berth.source.qcow;

import berth.block.BlockException;
import berth.block.Limits;
import berth.block.Problem;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** The first bytes of an image, with the checks that all versions share. */
final class HeaderBytes {
    /** "QFI" and 0xfb. */
    private static final int MAGIC = 0x514649fb;
    /** The longest backing file name that QEMU reads. */
    static final int MAX_NAME_BYTES = 1023;

    private final HostFile file;
    private final ByteBuffer bytes;

    /** @throws BlockException {@link Problem#MALFORMED} when the file is shorter */
    HeaderBytes(HostFile file, int length) {
        this.file = file;
        this.bytes = file.metadata("header", 0, length);
    }

    /**
     * The version of an image.
     *
     * @throws BlockException {@link Problem#MALFORMED} when the file is not in qcow or qcow2 format
     */
    static int version(HostFile file) {
        HeaderBytes start = new HeaderBytes(file, 8);
        if (start.int32(0) != MAGIC) {
            throw start.malformed("it is not in qcow or qcow2 format: it does not start with the magic 'QFI\\xfb'");
        }
        return start.int32(4);
    }

    int int8(int at) {
        return Byte.toUnsignedInt(bytes.get(at));
    }

    int int32(int at) {
        return bytes.getInt(at);
    }

    long int64(int at) {
        return bytes.getLong(at);
    }

    int length() {
        return bytes.capacity();
    }

    /** A field of 32 bits that must lie in a range. */
    int bounded(int at, String what, int min, int max) {
        int value = int32(at);
        if (value < min || value > max) {
            throw malformed(what + " " + Integer.toUnsignedString(value) + " is not between " + min + " and " + max);
        }
        return value;
    }

    /** The size of the disk in bytes. */
    long diskSize(int at) {
        long size = int64(at);
        if (size < 0 || size > Limits.MAX_IMAGE_BYTES) {
            throw new BlockException(
                    Problem.UNSUPPORTED,
                    file.name() + ": the disk has " + Long.toUnsignedString(size)
                            + " bytes; at most 16 TiB (17592186044416) are possible");
        }
        return size;
    }

    /** Refuses encrypted images. */
    void checkNotEncrypted(int at) {
        int method = int32(at);
        if (method != 0) {
            String name =
                    switch (method) {
                        case 1 -> "AES-encrypted";
                        case 2 -> "LUKS-encrypted";
                        default -> "encrypted by the unknown method " + Integer.toUnsignedString(method);
                    };
            throw unsupported("the image is " + name + "; decrypt it first, with qemu-img convert");
        }
    }

    /** A name at an offset, cut at its first NUL as QEMU does. */
    String name(String what, long offset, int length) {
        if (offset < 0 || length < 0 || offset > bytes.capacity() - (long) length) {
            throw malformed("the " + what + " is not within the header's cluster");
        }
        int end = (int) offset;
        while (end < offset + length && bytes.get(end) != 0) {
            end++;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(bytes.slice((int) offset, end - (int) offset))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new BlockException(Problem.UNSUPPORTED, file.name() + ": the " + what + " is not valid UTF-8", e);
        }
    }

    BlockException corrupt(String why) {
        return new BlockException(Problem.CORRUPT, file.name() + ": " + why);
    }

    BlockException malformed(String why) {
        return new BlockException(Problem.MALFORMED, file.name() + ": " + why);
    }

    BlockException unsupported(String why) {
        return new BlockException(Problem.UNSUPPORTED, file.name() + ": " + why);
    }
}
