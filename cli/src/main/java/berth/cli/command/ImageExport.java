package berth.cli.command;

import berth.block.BlockException;
import berth.block.Extent;
import berth.block.ExtentSink;
import berth.block.Image;
import berth.block.Progress;
import berth.cli.call.OutputGone;
import berth.posix.PosixException;
import berth.posix.PosixFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Copies an image to a raw file or stream. Only what is stored is read. */
final class ImageExport {
    private static final int CHUNK_BYTES = ChunkPipeline.CHUNK_BYTES;
    private static final int STREAM_BYTES = 1 << 16;
    /** How much of the image is asked for its extents at a time, so that few of them are in memory. */
    private static final long WINDOW_BYTES = 1L << 28;

    private final Image image;
    private final Progress progress;
    private final ChunkPipeline pipeline;

    private ImageExport(Image image, Progress progress, ChunkPipeline pipeline) {
        this.image = image;
        this.progress = progress;
        this.pipeline = pipeline;
    }

    /** Copies to an empty file, which gets holes where the image has zeroes. */
    static void toFile(Image image, PosixFile file, Progress progress) {
        try (ChunkPipeline pipeline = new ChunkPipeline(image.usefulThreads())) {
            ImageExport export = new ImageExport(image, progress, pipeline);
            export.forEachChunk((at, length, kind) -> {
                if (kind == Extent.Kind.DATA) {
                    export.copy(
                            at,
                            (int) length,
                            bytes -> DataRuns.tell(bytes, (n, run) -> file.write(run, at + n)),
                            _ -> {});
                }
            });
            file.truncate(image.size());
        } catch (PosixException e) {
            throw BlockException.of(e, "cannot write " + file.name());
        }
    }

    /** Copies to a stream, zeroes included. */
    static void toStream(Image image, OutputStream out, Progress progress) {
        try (ChunkPipeline pipeline = new ChunkPipeline(image.usefulThreads())) {
            ImageExport export = new ImageExport(image, progress, pipeline);
            byte[] bytes = new byte[STREAM_BYTES];
            export.forEachChunk((at, length, kind) -> {
                if (kind == Extent.Kind.DATA) {
                    export.copy(at, (int) length, _ -> {}, data -> write(out, data, bytes));
                } else {
                    pipeline.after(() -> export.writeZeroes(out, at, length));
                }
            });
        }
    }

    private static void write(OutputStream out, ByteBuffer data, byte[] through) {
        while (data.hasRemaining()) {
            int n = Math.min(through.length, data.remaining());
            data.get(through, 0, n);
            write(out, through, n);
        }
    }

    private void writeZeroes(OutputStream out, long offset, long length) {
        byte[] zeroes = new byte[STREAM_BYTES];
        for (long left = length; left > 0; left -= zeroes.length) {
            write(out, zeroes, (int) Math.min(zeroes.length, left));
            progress.step(offset + length - left, image.size());
        }
    }

    /** Tells of the image in order: of data in chunks, of everything else as it is. Waits for what is made of them. */
    private void forEachChunk(ExtentSink sink) {
        long size = image.size();
        for (long start = 0; start < size; start += WINDOW_BYTES) {
            long windowEnd = Math.min(size, start + WINDOW_BYTES);
            // What is done with them waits for other threads, and an image may be locked while it tells its extents.
            List<Extent> extents = new ArrayList<>();
            image.extents(start, windowEnd - start, (at, length, kind) -> extents.add(new Extent(at, length, kind)));
            for (Extent extent : extents) {
                long most = extent.kind() == Extent.Kind.DATA ? CHUNK_BYTES : extent.length();
                for (long at = extent.offset(); at < extent.end(); at += most) {
                    sink.accept(at, Math.min(most, extent.end() - at), extent.kind());
                }
            }
            pipeline.after(() -> progress.step(windowEnd, size));
        }
        pipeline.finish();
    }

    private void copy(long at, int length, Consumer<ByteBuffer> work, Consumer<ByteBuffer> then) {
        pipeline.run(
                pipeline.take().limit(length),
                bytes -> {
                    image.read(at, bytes);
                    work.accept(bytes.flip());
                },
                bytes -> {
                    then.accept(bytes);
                    progress.step(at, image.size());
                });
    }

    private static void write(OutputStream out, byte[] bytes, int length) {
        try {
            out.write(bytes, 0, length);
        } catch (IOException e) {
            throw new OutputGone(e);
        }
    }
}
