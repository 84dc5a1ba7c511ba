package berth.cli.command;

import berth.block.Image;
import berth.block.Progress;
import berth.block.Zeroes;
import berth.posix.PosixFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/** Copies a raw disk into an image that reads as zeroes; zeroes are not written. */
final class ImageImport {
    private static final int CHUNK_BYTES = 4 << 20;
    private static final int BLOCK_BYTES = 4096;

    private ImageImport() {}

    /** Copies a file into an image of its size. Holes are not read. */
    static void fromFile(PosixFile file, Image image, Progress progress) {
        ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
        long size = image.size();
        long at = 0;
        while (at < size) {
            OptionalLong data = file.nextData(at);
            at = data.isEmpty() ? size : Math.min(size, data.getAsLong() / CHUNK_BYTES * CHUNK_BYTES);
            if (at < size) {
                chunk.clear().limit((int) Math.min(CHUNK_BYTES, size - at));
                int read = file.read(chunk, at);
                writeData(image, at, chunk.flip());
                at += read;
                if (read == 0) {
                    at = size; // the file has become shorter: what is gone reads as zeroes
                }
            }
            progress.step(at, size);
        }
    }

    /** Copies a stream of unknown length into an image, which grows with it. */
    static void fromStream(InputStream in, Image image, Progress progress) throws IOException {
        byte[] bytes = new byte[CHUNK_BYTES];
        ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
        long at = 0;
        int n;
        while ((n = in.readNBytes(bytes, 0, CHUNK_BYTES)) > 0) {
            if (at + n > image.size()) {
                image.resize(Math.max(at + n, 2 * image.size()), false, Progress.NONE);
            }
            writeData(image, at, chunk.clear().put(bytes, 0, n).flip());
            at += n;
            progress.step(0, 1);
        }
        image.resize(at, true, Progress.NONE);
    }

    /** Writes the runs of blocks that are not all zero. */
    private static void writeData(Image image, long offset, ByteBuffer chunk) {
        int end = chunk.limit();
        int at = 0;
        while (at < end) {
            int runEnd = at;
            while (runEnd < end && !Zeroes.isZero(block(chunk, runEnd, end))) {
                runEnd += BLOCK_BYTES;
            }
            runEnd = Math.min(runEnd, end);
            if (runEnd > at) {
                image.write(offset + at, chunk.slice(at, runEnd - at));
                at = runEnd;
            } else {
                at += BLOCK_BYTES;
            }
        }
    }

    private static ByteBuffer block(ByteBuffer chunk, int at, int end) {
        return chunk.slice(at, Math.min(BLOCK_BYTES, end - at));
    }
}
