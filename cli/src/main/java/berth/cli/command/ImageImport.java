package berth.cli.command;

import berth.block.Image;
import berth.block.Progress;
import berth.posix.PosixFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/** Copies a raw disk into an image that reads as zeroes; zeroes are not written. */
final class ImageImport {
    private static final int CHUNK_BYTES = ChunkPipeline.CHUNK_BYTES;

    private ImageImport() {}

    /** Copies a file into an image of its size. Holes are not read; what a file loses meanwhile reads as zeroes. */
    static void fromFile(PosixFile file, Image image, Progress progress) {
        long size = image.size();
        try (ChunkPipeline pipeline = new ChunkPipeline(image.usefulThreads())) {
            for (long at = nextData(file, 0, size); at < size; at = nextData(file, at + CHUNK_BYTES, size)) {
                long start = at;
                ByteBuffer chunk = pipeline.take().limit((int) Math.min(CHUNK_BYTES, size - start));
                pipeline.run(chunk, bytes -> copy(file, image, start, bytes), _ -> progress.step(start, size));
            }
            pipeline.finish();
        }
        progress.step(size, size);
    }

    /** Where the next chunk that holds data begins; the size when there is none. */
    private static long nextData(PosixFile file, long at, long size) {
        OptionalLong data = at < size ? file.nextData(at) : OptionalLong.empty();
        return data.isEmpty() ? size : Math.min(size, data.getAsLong() / CHUNK_BYTES * CHUNK_BYTES);
    }

    /** Copies what the file has in a part of it that is as large as the memory to use. */
    private static void copy(PosixFile file, Image image, long start, ByteBuffer memory) {
        long end = start + memory.limit();
        for (long at = start; at < end; ) {
            long data = file.nextData(at).orElse(end);
            at = data < end ? Math.min(end, file.nextHole(data).orElse(end)) : end;
            if (data < at) {
                ByteBuffer run = memory.slice((int) (data - start), (int) (at - data));
                file.read(run, data);
                writeData(image, data, run.flip());
            }
        }
    }

    /** Copies a stream of unknown length into an image, which grows with it. */
    static void fromStream(InputStream in, Image image, Progress progress) throws IOException {
        byte[] bytes = new byte[CHUNK_BYTES];
        long at = 0;
        try (ChunkPipeline pipeline = new ChunkPipeline(image.usefulThreads())) {
            int n;
            while ((n = in.readNBytes(bytes, 0, CHUNK_BYTES)) > 0) {
                if (at + n > image.size()) {
                    image.resize(Math.max(at + n, 2 * image.size()), false, Progress.NONE);
                }
                long start = at;
                ByteBuffer chunk = pipeline.take().put(bytes, 0, n).flip();
                pipeline.run(chunk, data -> writeData(image, start, data), _ -> {});
                at += n;
                progress.step(0, 1);
            }
            pipeline.finish();
        }
        image.resize(at, true, Progress.NONE);
    }

    private static void writeData(Image image, long offset, ByteBuffer chunk) {
        DataRuns.tell(chunk, (at, run) -> image.write(offset + at, run));
    }
}
