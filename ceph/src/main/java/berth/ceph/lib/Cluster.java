package berth.ceph.lib;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A connection to a cluster ({@code rados_t}). Configure it, connect it once, close it once. */
public final class Cluster implements AutoCloseable {
    private static final int MAX_VALUE_BYTES = 4096;
    private static final int FSID_BYTES = 37;

    private final long handle;

    private Cluster(long handle) {
        this.handle = handle;
    }

    /**
     * Makes a connection that is not connected yet.
     *
     * @param clusterName the name that {@code $cluster} stands for in configuration files, usually {@code ceph}
     * @param user the whole name of the user, for example {@code client.cinder}
     */
    public static Cluster create(String clusterName, String user) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ADDRESS);
            Rados.CREATE.check(
                    out.address(),
                    arena.allocateFrom(clusterName).address(),
                    arena.allocateFrom(user).address(),
                    0);
            return new Cluster(out.get(JAVA_LONG, 0));
        }
    }

    /** The version of Ceph that this program's library is of; empty when it does not tell. */
    public static String libraryVersion() {
        return Rados.version();
    }

    /** Reads a configuration file, or the first one of the usual places when there is no path. */
    public void readConfiguration(@Nullable String path) {
        try (Arena arena = Arena.ofConfined()) {
            long address = path == null ? 0 : arena.allocateFrom(path).address();
            Rados.CONF_READ_FILE.check(handle, address);
        }
    }

    /** Takes over what the environment variable {@code CEPH_ARGS} says. */
    public void readEnvironment() {
        Rados.CONF_PARSE_ENV.check(handle, 0);
    }

    /** Sets an option. */
    public void set(String option, String value) {
        try (Arena arena = Arena.ofConfined()) {
            Rados.CONF_SET.check(
                    handle,
                    arena.allocateFrom(option).address(),
                    arena.allocateFrom(value).address());
        }
    }

    /** The value of an option, with what stands for other options in it replaced; empty when it has none. */
    public String get(String option) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(MAX_VALUE_BYTES);
            Rados.CONF_GET.check(handle, arena.allocateFrom(option).address(), value.address(), MAX_VALUE_BYTES);
            return value.getString(0, StandardCharsets.UTF_8);
        }
    }

    /** Connects to the monitors; waits for {@code client_mount_timeout} seconds at most. */
    public void connect() {
        // Takes some 20 ms, in which the monitors can answer.
        Thread.ofPlatform().daemon().name("librbd").start(Rbd::load);
        Rados.CONNECT.check(handle);
    }

    /** The cluster's id, a UUID. */
    public String fsid() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(FSID_BYTES);
            Rados.CLUSTER_FSID.check(handle, text.address(), FSID_BYTES);
            return text.getString(0, StandardCharsets.UTF_8);
        }
    }

    /**
     * Sends a command to the monitors.
     *
     * @param json the command in the form that the monitors define
     * @return what they answer
     */
    public String monitorCommand(String json) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment commands = arena.allocate(ADDRESS);
            commands.set(ADDRESS, 0, arena.allocateFrom(json));
            MemorySegment output = arena.allocate(ADDRESS, 4);
            long out = output.address();
            int result =
                    Rados.MON_COMMAND.callInt(handle, commands.address(), 1, 0, 0, out, out + 8, out + 16, out + 24);
            String answer = Text.sized(output.get(ADDRESS, 0), output.get(JAVA_LONG, 8));
            Rados.BUFFER_FREE.call(output.get(JAVA_LONG, 0));
            Rados.BUFFER_FREE.call(output.get(JAVA_LONG, 16));
            Rados.MON_COMMAND.checked(result);
            return answer;
        }
    }

    /** The names of all pools. */
    public List<String> pools() {
        long bytes = 4096;
        while (true) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment names = arena.allocate(bytes);
                int needed = Rados.POOL_LIST.check(handle, names.address(), bytes);
                if (needed <= bytes) {
                    return Text.untilEmpty(names, needed);
                }
                bytes = needed;
            }
        }
    }

    /** Makes a pool with the cluster's defaults. */
    public void createPool(String name) {
        try (Arena arena = Arena.ofConfined()) {
            Rados.POOL_CREATE.check(handle, arena.allocateFrom(name).address());
        }
    }

    /** Deletes a pool with everything in it. */
    public void deletePool(String name) {
        try (Arena arena = Arena.ofConfined()) {
            Rados.POOL_DELETE.check(handle, arena.allocateFrom(name).address());
        }
    }

    /** Opens a pool, in its namespace of that name; the empty name is the namespace that every pool has. */
    public IoContext open(String pool, String namespace) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ADDRESS);
            Rados.IOCTX_CREATE.check(handle, arena.allocateFrom(pool).address(), out.address());
            return IoContext.opened(out.get(JAVA_LONG, 0), namespace);
        }
    }

    /** Opens a pool by its number. See {@link #open(String, String)}. */
    public IoContext open(long poolId, String namespace) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ADDRESS);
            Rados.IOCTX_CREATE_BY_ID.check(handle, poolId, out.address());
            return IoContext.opened(out.get(JAVA_LONG, 0), namespace);
        }
    }

    /** The name of a pool by its number. */
    public String poolName(long id) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(MAX_VALUE_BYTES);
            Rados.POOL_NAME.check(handle, id, name.address(), MAX_VALUE_BYTES);
            return name.getString(0, StandardCharsets.UTF_8);
        }
    }

    /** Ends the connection; nothing that was opened through it may be in use. */
    @Override
    public void close() {
        Rados.SHUTDOWN.call(handle);
    }
}
