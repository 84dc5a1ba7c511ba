package berth.libvirt;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import berth.block.BlockException;
import berth.block.Problem;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongFunction;
import java.util.function.LongToIntFunction;
import java.util.function.Supplier;

/**
 * A connection to a libvirt daemon. Safe for use by several threads, which take turns: all calls are made by one thread
 * of the connection's own. A daemon that does not answer within half a minute is given up with {@link
 * Problem#UNREACHABLE}, and the connection with it; so is one that has ended. All other failures carry libvirt's message.
 *
 * @see <a href="https://libvirt.org/html/index.html">libvirt's C interface</a>
 */
public final class Libvirt implements AutoCloseable {
    /** Where Nova's domains are. */
    public static final String SYSTEM = "qemu:///system";

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** Opening the target of a copy can take as long as QEMU waits for a storage cluster. */
    private static final Duration COPY_PATIENCE = Duration.ofMinutes(6);

    private static final int UUID_TEXT_BYTES = 37;
    private static final int MAX_SECRET_BYTES = 64 << 10;

    private static final int XML_SECURE = 1;
    private static final int XML_INACTIVE = 2;
    private static final int COPY_REUSE_EXTERNAL = 2;
    private static final int COPY_TRANSIENT_JOB = 4;
    private static final int ABORT_PIVOT = 2;

    /** {@code virTypedParameter}: the name in 80 bytes, the type, the value in 8 bytes. */
    private static final long PARAMETER_BYTES = 96;

    private static final long PARAMETER_TYPE = 80;
    private static final long PARAMETER_VALUE = 88;
    private static final int UNSIGNED_LONG = 4;

    private final String uri;
    private final Duration patience;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("libvirt-call").factory());
    private volatile boolean givenUp;
    private long connection;

    private Libvirt(String uri, Duration patience) {
        this.uri = uri;
        this.patience = patience;
    }

    /**
     * Connects.
     *
     * @param uri the libvirt connection, for example {@link #SYSTEM}
     * @throws BlockException {@link Problem#UNREACHABLE}, {@link Problem#ACCESS_DENIED}, {@link Problem#UNSUPPORTED} when
     *     libvirt's library is not installed
     */
    public static Libvirt open(String uri) {
        return open(uri, PATIENCE);
    }

    /** Connects, and gives up a daemon that does not answer a question within a time. */
    static Libvirt open(String uri, Duration patience) {
        return open(uri, patience, "virConnectOpen");
    }

    /**
     * Connects for questions only; it does not tell XML or secrets.
     *
     * @throws BlockException as {@link #open(String)}
     */
    public static Libvirt openReadOnly(String uri) {
        return open(uri, PATIENCE, "virConnectOpenReadOnly");
    }

    private static Libvirt open(String uri, Duration patience, String function) {
        Libvirt libvirt = new Libvirt(uri, patience);
        try {
            libvirt.call(patience, () -> {
                try (Arena arena = Arena.ofConfined()) {
                    libvirt.connection = LibvirtLibrary.call(function, address(arena, uri));
                    if (libvirt.connection == 0) {
                        throw LibvirtLibrary.failure("cannot connect to libvirt at " + uri, false);
                    }
                    return uri;
                }
            });
            return libvirt;
        } catch (RuntimeException e) {
            libvirt.close();
            throw e;
        }
    }

    /** The connection's URI, as it was given. */
    public String uri() {
        return uri;
    }

    /** The version of the daemon, for example {@code 9.0.0}. */
    public String version() {
        return version("virConnectGetLibVersion");
    }

    /** The version of the hypervisor, QEMU's that is. */
    public String hypervisorVersion() {
        return version("virConnectGetVersion");
    }

    private String version(String function) {
        return call(patience, () -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment out = arena.allocate(JAVA_LONG);
                check(
                        "cannot ask " + uri + " for its version",
                        LibvirtLibrary.call(function, connection, out.address()));
                long number = out.get(JAVA_LONG, 0);
                return number / 1_000_000 + "." + number / 1_000 % 1_000 + "." + number % 1_000;
            }
        });
    }

    /** The UUID of the domain with a name; empty when there is none. */
    public Optional<UUID> find(String name) {
        return call(patience, () -> {
            try (Arena arena = Arena.ofConfined()) {
                long domain = LibvirtLibrary.call("virDomainLookupByName", connection, address(arena, name));
                if (domain == 0) {
                    absentOrThrow("cannot look for domain " + name);
                    return Optional.empty();
                }
                return Optional.of(uuid("virDomainGetUUIDString", "virDomainFree", domain));
            }
        });
    }

    /** All domains, running or not. */
    public List<UUID> domains() {
        return list("virConnectListAllDomains", "virDomainGetUUIDString", "virDomainFree");
    }

    /** What a domain does now; empty when there is no such domain. */
    public Optional<DomainState> state(UUID domain) {
        return withDomain(domain, handle -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment out = arena.allocate(JAVA_INT);
                check(
                        "cannot ask for the state of domain " + domain,
                        LibvirtLibrary.call("virDomainGetState", handle, out.address()));
                return DomainState.of(out.get(JAVA_INT, 0));
            }
        });
    }

    /** The domain as it runs; empty when it does not run. */
    public Optional<DomainXml> running(UUID domain) {
        return xml(domain, "virDomainIsActive", XML_SECURE);
    }

    /** The definition that the domain starts from the next time; empty when it has none, being transient or unknown. */
    public Optional<DomainXml> definition(UUID domain) {
        return xml(domain, "virDomainIsPersistent", XML_SECURE | XML_INACTIVE);
    }

    private Optional<DomainXml> xml(UUID domain, String condition, int flags) {
        return withDomain(domain, handle -> {
                    String what = "cannot ask for the XML of domain " + domain;
                    if (check(what, LibvirtLibrary.call(condition, handle)) == 0) {
                        return Optional.<DomainXml>empty();
                    }
                    String text = ownedText(what, LibvirtLibrary.call("virDomainGetXMLDesc", handle, flags));
                    return Optional.of(DomainXml.parse(
                            text.getBytes(StandardCharsets.UTF_8), "libvirt's XML of domain " + domain));
                })
                .flatMap(found -> found);
    }

    /** Makes or replaces a domain's definition; one that runs goes on as it is. */
    public void define(DomainXml xml) {
        call(patience, () -> {
            try (Arena arena = Arena.ofConfined()) {
                long domain = pointer(
                        "cannot define domain " + xml.name(),
                        LibvirtLibrary.call("virDomainDefineXML", connection, address(arena, xml.toXml())));
                return LibvirtLibrary.call("virDomainFree", domain);
            }
        });
    }

    /** Stops a domain's processors. What it had written to its disks has been handed to them when this returns. */
    public void suspend(UUID domain) {
        change(patience, "cannot suspend domain " + domain, domain, handle ->
                (int) LibvirtLibrary.call("virDomainSuspend", handle));
    }

    /** Lets a suspended domain go on. */
    public void resume(UUID domain) {
        change(patience, "cannot resume domain " + domain, domain, handle ->
                (int) LibvirtLibrary.call("virDomainResume", handle));
    }

    /** The size in bytes that the guest sees of a disk, which is named by its target, for example {@code vda}. */
    public long diskBytes(UUID domain, String target) {
        String what = "cannot ask for the size of disk " + target + " of domain " + domain;
        return withDomain(domain, handle -> {
                    try (Arena arena = Arena.ofConfined()) {
                        MemorySegment info = arena.allocate(JAVA_LONG, 3);
                        long name = address(arena, target);
                        check(what, LibvirtLibrary.call("virDomainGetBlockInfo", handle, name, info.address(), 0));
                        return info.get(JAVA_LONG, 0);
                    }
                })
                .orElseThrow(() -> noDomain(what));
    }

    /**
     * Starts to copy a disk of a running domain into an image that is there already and has the disk's exact size. Returns
     * when the copy has begun; from then on it goes on without this connection.
     *
     * @param target the disk
     * @param destination a {@code <disk>} that describes the image
     * @param bytesPerSecond the most to copy; 0 for no limit
     */
    public void startCopy(UUID domain, String target, String destination, long bytesPerSecond) {
        change(COPY_PATIENCE, "cannot copy disk " + target + " of domain " + domain, domain, handle -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment bandwidth = arena.allocate(PARAMETER_BYTES);
                bandwidth.setString(0, "bandwidth");
                bandwidth.set(JAVA_INT, PARAMETER_TYPE, UNSIGNED_LONG);
                bandwidth.set(JAVA_LONG, PARAMETER_VALUE, bytesPerSecond);
                return (int) LibvirtLibrary.call(
                        "virDomainBlockCopy",
                        handle,
                        address(arena, target),
                        address(arena, destination),
                        bandwidth.address(),
                        bytesPerSecond == 0 ? 0 : 1,
                        COPY_REUSE_EXTERNAL | COPY_TRANSIENT_JOB);
            }
        });
    }

    /** How far the copy of a disk is; empty when none is under way. */
    public Optional<BlockJob> job(UUID domain, String target) {
        String what = "cannot ask for the copy of disk " + target + " of domain " + domain;
        return withDomain(domain, handle -> {
                    try (Arena arena = Arena.ofConfined()) {
                        MemorySegment info = arena.allocate(JAVA_LONG, 4);
                        long name = address(arena, target);
                        int found = check(
                                what, LibvirtLibrary.call("virDomainGetBlockJobInfo", handle, name, info.address()));
                        return found == 0
                                ? Optional.<BlockJob>empty()
                                : Optional.of(
                                        new BlockJob(info.getAtIndex(JAVA_LONG, 2), info.getAtIndex(JAVA_LONG, 3)));
                    }
                })
                .flatMap(found -> found);
    }

    /** Ends a copy that is in step with its source: from now on the guest uses the copy. */
    public void pivot(UUID domain, String target) {
        endCopy("cannot change over disk " + target + " of domain " + domain, domain, target, ABORT_PIVOT);
    }

    /** Ends a copy; the guest goes on with the source. */
    public void cancelCopy(UUID domain, String target) {
        endCopy("cannot end the copy of disk " + target + " of domain " + domain, domain, target, 0);
    }

    private void endCopy(String what, UUID domain, String target, int flags) {
        change(COPY_PATIENCE, what, domain, handle -> {
            try (Arena arena = Arena.ofConfined()) {
                return (int) LibvirtLibrary.call("virDomainBlockJobAbort", handle, address(arena, target), flags);
            }
        });
    }

    /** The secrets that the daemon knows. */
    public List<UUID> secrets() {
        return list("virConnectListAllSecrets", "virSecretGetUUIDString", "virSecretFree");
    }

    /** A secret without its value; empty when there is none with that UUID. */
    public Optional<LibvirtSecret> secret(UUID secret) {
        return withSecret(
                secret,
                handle -> LibvirtSecret.parse(
                        secret,
                        ownedText(
                                "cannot ask for secret " + secret,
                                LibvirtLibrary.call("virSecretGetXMLDesc", handle))));
    }

    /**
     * The value of a secret, which the caller should overwrite after use; empty when there is none.
     *
     * @throws BlockException {@link Problem#ACCESS_DENIED} when the secret is private, so that only QEMU gets its value
     */
    public Optional<byte[]> secretValue(UUID secret) {
        return withSecret(secret, handle -> {
                    try (Arena arena = Arena.ofConfined()) {
                        MemorySegment size = arena.allocate(JAVA_LONG);
                        long value = LibvirtLibrary.call("virSecretGetValue", handle, size.address());
                        if (value == 0) {
                            absentOrThrow("cannot read the value of secret " + secret);
                            return Optional.<byte[]>empty();
                        }
                        return Optional.of(takeSecret(value, size.get(JAVA_LONG, 0)));
                    }
                })
                .flatMap(found -> found);
    }

    @SuppressWarnings("restricted") // C gives a pointer without a length
    private static byte[] takeSecret(long value, long bytes) {
        MemorySegment memory = MemorySegment.ofAddress(value).reinterpret(Math.min(bytes, MAX_SECRET_BYTES));
        byte[] copy = memory.toArray(JAVA_BYTE);
        memory.fill((byte) 0);
        LibvirtLibrary.free(value);
        return copy;
    }

    /**
     * Makes a secret, or gives one that is there another value.
     *
     * @param value is left to the caller to overwrite
     */
    public void defineSecret(LibvirtSecret secret, byte[] value) {
        String what = "cannot define secret " + secret.uuid() + " in libvirt at " + uri;
        call(patience, () -> {
            try (Arena arena = Arena.ofConfined()) {
                long handle = pointer(
                        what, LibvirtLibrary.call("virSecretDefineXML", connection, address(arena, secret.toXml())));
                MemorySegment bytes = arena.allocateFrom(JAVA_BYTE, value);
                try {
                    return check(
                            what, LibvirtLibrary.call("virSecretSetValue", handle, bytes.address(), value.length, 0));
                } finally {
                    bytes.fill((byte) 0);
                    LibvirtLibrary.call("virSecretFree", handle);
                }
            }
        });
    }

    private void change(Duration limit, String what, UUID domain, LongToIntFunction work) {
        if (withDomain(limit, domain, handle -> check(what, work.applyAsInt(handle)))
                .isEmpty()) {
            throw noDomain(what);
        }
    }

    private static BlockException noDomain(String what) {
        return new BlockException(Problem.SOURCE_NOT_FOUND, what + ": libvirt does not know the domain");
    }

    private <T> Optional<T> withDomain(UUID uuid, LongFunction<T> work) {
        return withDomain(patience, uuid, work);
    }

    private <T> Optional<T> withDomain(Duration limit, UUID uuid, LongFunction<T> work) {
        return with(limit, "Domain", uuid, work);
    }

    private <T> Optional<T> withSecret(UUID uuid, LongFunction<T> work) {
        return with(patience, "Secret", uuid, work);
    }

    /** Does work with the object of a kind that has a UUID; empty when there is none. */
    private <T> Optional<T> with(Duration limit, String kind, UUID uuid, LongFunction<T> work) {
        return call(limit, () -> {
            try (Arena arena = Arena.ofConfined()) {
                long handle = LibvirtLibrary.call(
                        "vir" + kind + "LookupByUUIDString", connection, address(arena, uuid.toString()));
                if (handle == 0) {
                    absentOrThrow("cannot look for " + kind.toLowerCase(Locale.ROOT) + " " + uuid);
                    return Optional.empty();
                }
                try {
                    return Optional.of(work.apply(handle));
                } finally {
                    LibvirtLibrary.call("vir" + kind + "Free", handle);
                }
            }
        });
    }

    @SuppressWarnings("restricted") // C gives a pointer to an array without its length
    private List<UUID> list(String function, String uuidOf, String free) {
        return call(patience, () -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment out = arena.allocate(ADDRESS);
                int count = check(
                        "cannot list what " + uri + " knows",
                        LibvirtLibrary.call(function, connection, out.address(), 0));
                MemorySegment handles = out.get(ADDRESS, 0).reinterpret((long) count * Long.BYTES);
                List<UUID> uuids = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    uuids.add(uuid(uuidOf, free, handles.getAtIndex(JAVA_LONG, i)));
                }
                LibvirtLibrary.free(handles.address());
                return List.copyOf(uuids);
            }
        });
    }

    /** The UUID of an object, which is freed. */
    private UUID uuid(String uuidOf, String free, long handle) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(UUID_TEXT_BYTES);
            check("cannot ask " + uri + " for a UUID", LibvirtLibrary.call(uuidOf, handle, text.address()));
            return UUID.fromString(text.getString(0, StandardCharsets.US_ASCII));
        } finally {
            LibvirtLibrary.call(free, handle);
        }
    }

    private String ownedText(String what, long pointer) {
        String text = LibvirtLibrary.text(pointer(what, pointer));
        LibvirtLibrary.free(pointer);
        return text;
    }

    private long pointer(String what, long pointer) {
        if (pointer == 0) {
            throw failure(what);
        }
        return pointer;
    }

    private int check(String what, long result) {
        if ((int) result < 0) {
            throw failure(what);
        }
        return (int) result;
    }

    /** After a lookup without result: returns when libvirt said that there is no such object. */
    private void absentOrThrow(String what) {
        if (!LibvirtLibrary.saysAbsent()) {
            throw failure(what);
        }
    }

    private BlockException failure(String what) {
        BlockException failure = LibvirtLibrary.failure(what, true);
        boolean alive = (int) LibvirtLibrary.call("virConnectIsAlive", connection) == 1;
        return alive ? failure : new BlockException(Problem.UNREACHABLE, String.valueOf(failure.getMessage()), failure);
    }

    private static long address(Arena arena, String text) {
        return arena.allocateFrom(text).address();
    }

    private <T> T call(Duration limit, Supplier<T> work) {
        if (givenUp) {
            throw new BlockException(Problem.UNREACHABLE, "libvirt at " + uri + " did not answer an earlier question");
        }
        try {
            return CompletableFuture.supplyAsync(work, thread)
                    .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case TimeoutException late -> {
                    givenUp = true;
                    throw new BlockException(
                            Problem.UNREACHABLE,
                            "libvirt at " + uri + " did not answer within " + limit.toSeconds()
                                    + " s; see whether it is running (systemctl status libvirtd)",
                            late);
                }
                case RuntimeException failure -> throw failure;
                case Error error -> throw error;
                case null, default -> throw e;
            }
        }
    }

    /** Ends the connection; a daemon that does not answer is not waited for. */
    @Override
    public void close() {
        thread.execute(() -> {
            if (connection != 0) {
                LibvirtLibrary.call("virConnectClose", connection);
                connection = 0;
            }
        });
        thread.shutdown();
    }
}
