package berth.source.nbd;

import berth.block.Extent;
import berth.source.remote.ObjectState;
import berth.source.remote.RemoteObject;
import berth.source.remote.RemoteOptions;
import berth.source.remote.TransientFailure;
import berth.source.spec.StreamSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The exports that are open. Streams of the same export share a connection, for many servers ({@code qemu-nbd} without
 * {@code --shared}) let others wait until their only client has gone, and a source is opened a second time to see whether
 * it changed. Safe for use by several threads.
 */
public final class NbdExports {
    private final RemoteOptions options;

    /** Guarded by this. */
    private final Map<StreamSpec.Nbd, Shared> open = new HashMap<>();

    /** @param options how patient connections are */
    public NbdExports(RemoteOptions options) {
        this.options = options;
    }

    /** An export; nothing is asked of the server yet. */
    public synchronized RemoteObject open(StreamSpec.Nbd spec) {
        Shared shared = open.computeIfAbsent(spec, key -> new Shared(new NbdObject(key, key.uri(), options)));
        shared.users++;
        return new User(spec, shared.object);
    }

    private synchronized void release(StreamSpec.Nbd spec) {
        Shared shared = open.get(spec);
        if (shared != null && --shared.users == 0) {
            open.remove(spec);
            shared.object.close();
        }
    }

    private static final class Shared {
        private final NbdObject object;
        private int users;

        Shared(NbdObject object) {
            this.object = object;
        }
    }

    /** One of those who have an export open. */
    private final class User implements RemoteObject {
        private final StreamSpec.Nbd spec;
        private final NbdObject object;
        private final AtomicBoolean closed = new AtomicBoolean();

        User(StreamSpec.Nbd spec, NbdObject object) {
            this.spec = spec;
            this.object = object;
        }

        @Override
        public String name() {
            return object.name();
        }

        @Override
        public String identity() {
            return object.identity();
        }

        @Override
        public ObjectState state() throws TransientFailure {
            return object.state();
        }

        @Override
        public byte[] read(ObjectState expected, long offset, int length) throws TransientFailure {
            return object.read(expected, offset, length);
        }

        @Override
        public List<Extent> extents(ObjectState expected, long offset, long length) throws TransientFailure {
            return object.extents(expected, offset, length);
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                release(spec);
            }
        }
    }
}
