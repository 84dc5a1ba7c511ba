package berth.source;

import berth.block.BlockException;
import berth.block.BlockReader;
import berth.block.Limits;
import berth.block.Problem;
import berth.source.qcow.Finding;
import berth.source.qcow.QcowHeader;
import berth.source.qcow.QcowImage;
import berth.source.stream.Stream;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** One image of a source: a disk in a stream, perhaps over a backing disk. Owns its streams. */
sealed interface ChainMember extends AutoCloseable {
    /** The disk as it is now, over a backing disk. */
    BlockReader reader(Optional<BlockReader> backing);

    /** The streams that it reads. */
    List<Stream> streams();

    /** What it is. */
    ChainFile describe();

    /** The problems of its metadata. */
    List<Finding> check(boolean withSnapshots);

    @Override
    void close();

    /** A raw disk. */
    record Raw(Stream stream) implements ChainMember {
        /** @throws BlockException {@link Problem#UNSUPPORTED} when the disk is too large; the stream is closed then */
        static Raw of(Stream stream) {
            if (stream.size() > Limits.MAX_IMAGE_BYTES) {
                stream.close();
                throw new BlockException(
                        Problem.UNSUPPORTED,
                        stream.name() + ": the disk has " + stream.size()
                                + " bytes; at most 16 TiB (17592186044416) are possible");
            }
            return new Raw(stream);
        }

        @Override
        public BlockReader reader(Optional<BlockReader> backing) {
            return new RawReader(stream);
        }

        @Override
        public List<Stream> streams() {
            return List.of(stream);
        }

        @Override
        public ChainFile describe() {
            return new ChainFile(
                    stream.name(),
                    "raw",
                    OptionalLong.empty(),
                    stream.size(),
                    stream.size(),
                    Optional.empty(),
                    Optional.empty());
        }

        @Override
        public List<Finding> check(boolean withSnapshots) {
            return List.of();
        }

        @Override
        public void close() {
            stream.close();
        }
    }

    /** A qcow or qcow2 image. */
    record Qcow(Stream stream, QcowHeader header, Optional<Stream> dataFile, QcowImage image) implements ChainMember {
        @Override
        public BlockReader reader(Optional<BlockReader> backing) {
            return image.head(backing);
        }

        @Override
        public List<Stream> streams() {
            return dataFile.map(data -> List.of(stream, data)).orElseGet(() -> List.of(stream));
        }

        @Override
        public ChainFile describe() {
            return new ChainFile(
                    stream.name(),
                    header.format(),
                    OptionalLong.of(header.clusterBytes()),
                    header.size(),
                    stream.size(),
                    header.backingName(),
                    dataFile.map(Stream::name));
        }

        @Override
        public List<Finding> check(boolean withSnapshots) {
            return image.check(withSnapshots);
        }

        @Override
        public void close() {
            image.close();
            streams().forEach(Stream::close);
        }
    }
}
