package berth.source.qcow;

import berth.block.BlockException;
import berth.block.Problem;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Supplier;

/**
 * The compressed clusters of an image. Whole clusters are decompressed into the caller's buffer; for reads of a part the
 * cluster is kept, so that reading it in small steps decompresses it once.
 */
final class CompressedClusters implements AutoCloseable {
    private static final int MAX_IDLE = 8;

    /** What one thread needs to decompress; borrowed for one cluster at a time. */
    private static final class Workspace {
        final Decompressor decompressor;
        final ByteBuffer output;
        ByteBuffer input;

        Workspace(Decompressor decompressor, int clusterBytes) {
            this.decompressor = decompressor;
            this.output = ByteBuffer.allocateDirect(clusterBytes);
            this.input = ByteBuffer.allocateDirect(clusterBytes);
        }

        /** Room for the compressed bytes, of which there are at most two clusters. */
        ByteBuffer input(int bytes) {
            if (input.capacity() < bytes) {
                input = ByteBuffer.allocateDirect(bytes);
            }
            return input.clear().limit(bytes);
        }
    }

    private final HostFile file;
    private final int clusterBytes;
    private final Supplier<Decompressor> decompressors;
    private final BlockingQueue<Workspace> idle = new ArrayBlockingQueue<>(MAX_IDLE);

    CompressedClusters(HostFile file, int clusterBytes, Supplier<Decompressor> decompressors) {
        this.file = file;
        this.clusterBytes = clusterBytes;
        this.decompressors = decompressors;
    }

    /**
     * Reads {@code into.remaining()} bytes of a cluster.
     *
     * @param run where the compressed cluster is
     * @param within where to start in the decompressed cluster
     */
    void read(Run run, int within, ByteBuffer into) {
        if (into.remaining() == clusterBytes && into.isDirect()) {
            withWorkspace(run, workspace -> decompress(workspace, run, into.slice()));
            into.position(into.limit());
            return;
        }
        into.put(cluster(run), within, into.remaining());
    }

    private byte[] cluster(Run run) {
        QcowCache.Key key = new QcowCache.Key(file, run.host(), run.compressedBytes());
        byte[] cached = file.cache().clusters().get(key);
        if (cached != null) {
            return cached;
        }
        byte[] cluster = new byte[clusterBytes];
        withWorkspace(run, workspace -> {
            boolean sound = decompress(workspace, run, workspace.output.clear());
            workspace.output.get(0, cluster);
            return sound;
        });
        file.cache().clusters().put(key, cluster);
        return cluster;
    }

    private interface Work {
        boolean run(Workspace workspace);
    }

    private void withWorkspace(Run run, Work work) {
        Workspace borrowed = idle.poll();
        Workspace workspace = borrowed != null ? borrowed : new Workspace(decompressors.get(), clusterBytes);
        boolean sound;
        try {
            sound = work.run(workspace);
        } finally {
            if (!idle.offer(workspace)) {
                workspace.decompressor.close();
            }
        }
        if (!sound) {
            throw new BlockException(
                    Problem.CORRUPT, file.name() + ": the compressed cluster at offset " + run.host() + " is damaged");
        }
    }

    private boolean decompress(Workspace workspace, Run run, ByteBuffer into) {
        // The last sector need not be whole at the end of the file.
        int stored = (int) Math.min(run.compressedBytes(), file.size() - run.host());
        ByteBuffer input = workspace.input(stored);
        file.stream().read(run.host(), input);
        return workspace.decompressor.decompress(input.flip(), into);
    }

    @Override
    public void close() {
        for (Workspace workspace = idle.poll(); workspace != null; workspace = idle.poll()) {
            workspace.decompressor.close();
        }
    }
}
