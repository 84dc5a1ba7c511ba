package berth.cli.command;

import berth.block.BlockException;
import berth.block.Extent;
import berth.block.ExtentSink;
import berth.block.Image;
import berth.block.Progress;
import berth.block.Zeroes;
import berth.cli.call.OutputGone;
import berth.posix.PosixException;
import berth.posix.PosixFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** Copies an image to a raw file or stream. Only what is stored is read. */
final class ImageExport {
    private static final int CHUNK_BYTES = 4 << 20;
    private static final int STREAM_BYTES = 1 << 16;
    /** How much of the image is asked for its extents at a time, so that few of them are in memory. */
    private static final long WINDOW_BYTES = 1L << 30;

    private interface ChunkSink {
        void accept(long offset, ByteBuffer data);
    }

    private final Image image;
    private final Progress progress;
    private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);

    private ImageExport(Image image, Progress progress) {
        this.image = image;
        this.progress = progress;
    }

    /** Copies to an empty file, which gets holes where the image has zeroes. */
    static void toFile(Image image, PosixFile file, Progress progress) {
        ImageExport export = new ImageExport(image, progress);
        try {
            export.forEachExtent((offset, length, kind) -> {
                if (kind == Extent.Kind.DATA) {
                    export.copy(offset, length, (at, data) -> {
                        if (!Zeroes.isZero(data)) {
                            file.write(data, at);
                        }
                    });
                }
            });
            file.truncate(image.size());
        } catch (PosixException e) {
            throw BlockException.of(e, "cannot write " + file.name());
        }
    }

    /** Copies to a stream, zeroes included. */
    static void toStream(Image image, OutputStream out, Progress progress) {
        ImageExport export = new ImageExport(image, progress);
        byte[] bytes = new byte[STREAM_BYTES];
        export.forEachExtent((offset, length, kind) -> {
            if (kind == Extent.Kind.DATA) {
                export.copy(offset, length, (_, data) -> {
                    while (data.hasRemaining()) {
                        int n = Math.min(bytes.length, data.remaining());
                        data.get(bytes, 0, n);
                        write(out, bytes, n);
                    }
                });
            } else {
                export.writeZeroes(out, offset, length);
            }
        });
    }

    private void writeZeroes(OutputStream out, long offset, long length) {
        byte[] zeroes = new byte[STREAM_BYTES];
        for (long left = length; left > 0; left -= zeroes.length) {
            write(out, zeroes, (int) Math.min(zeroes.length, left));
            progress.step(offset + length - left, image.size());
        }
    }

    private void forEachExtent(ExtentSink sink) {
        long size = image.size();
        for (long at = 0; at < size; at += WINDOW_BYTES) {
            image.extents(at, Math.min(WINDOW_BYTES, size - at), sink);
            progress.step(Math.min(size, at + WINDOW_BYTES), size);
        }
    }

    private void copy(long offset, long length, ChunkSink sink) {
        long end = offset + length;
        for (long at = offset; at < end; at += CHUNK_BYTES) {
            chunk.clear().limit((int) Math.min(CHUNK_BYTES, end - at));
            image.read(at, chunk);
            sink.accept(at, chunk.flip());
            progress.step(at, image.size());
        }
    }

    private static void write(OutputStream out, byte[] bytes, int length) {
        try {
            out.write(bytes, 0, length);
        } catch (IOException e) {
            throw new OutputGone(e);
        }
    }
}
