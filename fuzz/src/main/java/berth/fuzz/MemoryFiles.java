package berth.fuzz;

import berth.block.BlockException;
import berth.block.Problem;
import berth.local.io.StoreFile;
import berth.local.io.StoreFiles;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/** The files of a store in memory; holes take none. For one thread. */
final class MemoryFiles implements StoreFiles {
    private final Map<String, MemoryFile> files;

    MemoryFiles() {
        files = new TreeMap<>();
    }

    private MemoryFiles(Map<String, MemoryFile> files) {
        this.files = files;
    }

    /** The same files, which are changed without changing these. */
    MemoryFiles copy() {
        Map<String, MemoryFile> copies = new TreeMap<>();
        files.forEach((name, file) -> copies.put(name, file.copy()));
        return new MemoryFiles(copies);
    }

    /** The content of a file. */
    byte[] bytes(String name) {
        StoreFile file = open(name);
        ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
        file.read(bytes, 0);
        return bytes.array();
    }

    /** Makes or replaces a file. */
    MemoryFiles put(String name, byte[] bytes) {
        create(name).write(ByteBuffer.wrap(bytes), 0);
        return this;
    }

    @Override
    public StoreFile open(String name) {
        MemoryFile file = files.get(name);
        if (file == null) {
            throw new BlockException(Problem.IO, "there is no file " + name);
        }
        return file;
    }

    @Override
    public StoreFile create(String name) {
        MemoryFile file = new MemoryFile();
        files.put(name, file);
        return file;
    }

    @Override
    public boolean exists(String name) {
        return files.containsKey(name);
    }

    @Override
    public List<String> list(String directory) {
        String prefix = directory.isEmpty() ? "" : directory + "/";
        return files.keySet().stream()
                .filter(name -> name.startsWith(prefix))
                .map(name -> name.substring(prefix.length()))
                .filter(name -> name.indexOf('/') < 0)
                .toList();
    }

    @Override
    public void makeDirectory(String name) {
        // A file's directory comes with its name.
    }

    @Override
    public void delete(String name) {
        files.remove(name);
    }

    @Override
    public void rename(String from, String to) {
        files.put(to, (MemoryFile) open(from));
        files.remove(from);
    }

    @Override
    public void syncDirectory(String directory) {
        // Nothing here outlives the process.
    }

    /** Blocks by their number; those that are missing are holes. */
    private static final class MemoryFile implements StoreFile {
        private static final int BLOCK_BYTES = 4096;

        private final TreeMap<Long, byte[]> blocks = new TreeMap<>();
        private long size;

        MemoryFile copy() {
            MemoryFile copy = new MemoryFile();
            blocks.forEach((number, block) -> copy.blocks.put(number, block.clone()));
            copy.size = size;
            return copy;
        }

        @Override
        public int read(ByteBuffer into, long offset) {
            int length = Math.clamp(size - offset, 0, into.remaining());
            for (int done = 0; done < length; ) {
                long at = offset + done;
                int within = (int) (at % BLOCK_BYTES);
                int n = Math.min(length - done, BLOCK_BYTES - within);
                byte[] block = blocks.get(at / BLOCK_BYTES);
                into.put(block == null ? new byte[BLOCK_BYTES] : block, within, n);
                done += n;
            }
            return length;
        }

        @Override
        public void write(ByteBuffer from, long offset) {
            long at = offset;
            while (from.hasRemaining()) {
                int within = (int) (at % BLOCK_BYTES);
                int n = Math.min(from.remaining(), BLOCK_BYTES - within);
                from.get(blocks.computeIfAbsent(at / BLOCK_BYTES, _ -> new byte[BLOCK_BYTES]), within, n);
                at += n;
            }
            size = Math.max(size, at);
        }

        @Override
        public void punch(long offset, long length) {
            long first = (offset + BLOCK_BYTES - 1) / BLOCK_BYTES;
            long end = (offset + length) / BLOCK_BYTES;
            if (first < end) {
                blocks.subMap(first, end).clear();
            }
        }

        @Override
        public void reserve(long offset, long length) {
            // There is always room.
        }

        @Override
        public void truncate(long newSize) {
            long kept = newSize / BLOCK_BYTES;
            byte[] last = blocks.get(kept);
            if (last != null) {
                Arrays.fill(last, (int) (newSize % BLOCK_BYTES), BLOCK_BYTES, (byte) 0);
            }
            blocks.tailMap(kept, false).clear();
            size = newSize;
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public OptionalLong nextData(long offset) {
            Long block = blocks.ceilingKey(offset / BLOCK_BYTES);
            long at = block == null ? size : Math.max(offset, block * BLOCK_BYTES);
            return at < size ? OptionalLong.of(at) : OptionalLong.empty();
        }

        @Override
        public OptionalLong nextHole(long offset) {
            long block = offset / BLOCK_BYTES;
            while (blocks.containsKey(block)) {
                block++;
            }
            return offset < size
                    ? OptionalLong.of(Math.clamp(block * BLOCK_BYTES, offset, size))
                    : OptionalLong.empty();
        }

        @Override
        public void sync() {
            // Nothing here outlives the process.
        }

        @Override
        public void close() {
            // The bytes stay.
        }
    }
}
