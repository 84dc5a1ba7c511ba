package berth.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.Fill;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.MigrationState;
import berth.block.Problem;
import berth.block.Progress;
import berth.block.Snapshot;
import berth.block.contract.SparseBytes;
import berth.block.contract.TestSources;
import berth.local.LocalStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * An image of a store that several connections read and write, each in its own region, while snapshots, removals,
 * migrations and flattens happen to it. After each round everything is compared.
 */
final class ServedStore implements AutoCloseable {
    private static final int CONNECTIONS = 4;
    /** Requests of each connection in a round. */
    private static final int REQUESTS = 50;
    /** Three objects of a migration; regions end within blocks. */
    private static final long REGION = (2 << 20) + 123_457;

    private static final long SIZE = CONNECTIONS * REGION;
    private static final String POOL = "rbd";
    private static final int MAX_SNAPSHOTS = 5;

    private final Random random;
    private final LocalStore store;
    private final NbdServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<RegionClient> clients = new ArrayList<>();
    private final Map<String, List<SparseBytes>> snapshots = new TreeMap<>();
    /** Comparisons that wait for the connections. */
    private final List<Runnable> settled = new ArrayList<>();

    private final ArrayDeque<String> log = new ArrayDeque<>();
    private ImageSpec served = new ImageSpec(POOL, "disk0");
    private int lastName;
    private Image image;

    ServedStore(Path directory, long seed) throws IOException {
        random = new Random(seed);
        TestSources sources = new TestSources();
        store = LocalStore.open(directory, sources);
        store.createPool(POOL);
        server = NbdServer.start(
                NbdServerConfig.of(NbdServerTestBase.loopback(), new NbdTls.Off()), new StoreExports(store));
        for (int i = 0; i < CONNECTIONS; i++) {
            clients.add(new RegionClient(random.nextLong(), i * REGION, REGION));
        }
        if (random.nextBoolean()) {
            store.create(served, SIZE, Layout.DEFAULT);
        } else {
            importFrom(sources);
        }
        connect();
    }

    private void importFrom(TestSources sources) {
        SparseBytes disk = new SparseBytes(SIZE);
        for (RegionClient client : clients) {
            byte[] bytes = new byte[100_000];
            random.nextBytes(bytes);
            disk.write(client.start(), bytes);
            client.become(new SparseBytes(REGION).write(0, bytes));
        }
        store.prepareImport(served, Layout.DEFAULT, sources.add().now(disk), Map.of());
    }

    private void connect() throws IOException {
        image = store.open(served, Access.READ_WRITE);
        for (RegionClient client : clients) {
            client.connect(server, served.toString());
        }
    }

    private void disconnect() throws IOException {
        for (RegionClient client : clients) {
            client.close();
        }
        while (server.connections() > 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        image.close();
    }

    String log() {
        return String.join("\n", log);
    }

    private void note(String what) {
        if (log.size() == 30) {
            log.removeFirst();
        }
        log.addLast(what);
    }

    private String newName() {
        lastName++;
        return "n" + lastName;
    }

    private static <T> T pick(Random random, Iterable<T> from) {
        List<T> list = new ArrayList<>();
        from.forEach(list::add);
        return list.get(random.nextInt(list.size()));
    }

    private boolean migrating() {
        return store.migrations().stream()
                .anyMatch(migration -> migration.target().equals(served));
    }

    /** One round. Returns how many requests were made and compared. */
    int round() throws IOException, InterruptedException {
        List<Callable<Void>> work = new ArrayList<>();
        for (RegionClient client : clients) {
            client.become(client.now());
            work.add(client.requests(REQUESTS));
        }
        List<Future<Void>> running = work.stream().map(threads::submit).toList();
        List<Future<Void>> removals = random.nextInt(3) == 0 ? removeTwoSnapshots() : List.of();
        try {
            meanwhile();
        } finally {
            await(removals);
            await(running);
        }
        await(clients.stream()
                .map(client -> threads.submit(client.comparison()))
                .toList());
        between();
        return CONNECTIONS * REQUESTS;
    }

    private static void await(List<Future<Void>> running) throws InterruptedException {
        for (Future<Void> future : running) {
            try {
                future.get();
            } catch (ExecutionException e) {
                throw new AssertionError(e.getCause().getMessage(), e.getCause());
            }
        }
    }

    /** What happens to the image while the connections are at work. */
    private void meanwhile() {
        switch (random.nextInt(6)) {
            case 0 -> createSnapshot();
            case 1 -> {
                if (!snapshots.isEmpty()) {
                    removeSnapshot(pick(random, snapshots.keySet()));
                }
            }
            case 2, 3 -> advance();
            case 4 -> {
                note("scrub");
                assertThat(store.integrity().scrub(0, Progress.NONE).findings()).isEmpty();
            }
            default -> {
                note("flush of everything");
                store.maintain();
            }
        }
    }

    /** Takes a snapshot, which each region must have as it was between two requests. */
    private void createSnapshot() {
        if (snapshots.size() == MAX_SNAPSHOTS) {
            removeSnapshot(pick(random, snapshots.keySet()));
        }
        String name = newName();
        note("snap create " + name);
        SnapshotCheck check = new SnapshotCheck(name, clients);
        image.createSnapshot(name);
        check.taken();
        try (Image snapshot = store.open(served.at(name))) {
            snapshots.put(name, check.read(snapshot));
        }
        settled.add(check::requireBetweenRequests);
    }

    private void removeSnapshot(String name) {
        note("snap rm " + name);
        if (isProtected(name)) {
            return;
        }
        image.removeSnapshot(name, Progress.NONE);
        snapshots.remove(name);
    }

    private boolean isProtected(String name) {
        return image.snapshots().stream().anyMatch(s -> s.name().equals(name) && s.isProtected());
    }

    /** Begins to remove two snapshots, at the same time and while other things happen. */
    private List<Future<Void>> removeTwoSnapshots() {
        List<String> names = snapshots.keySet().stream()
                .filter(name -> !isProtected(name))
                .limit(2)
                .toList();
        note("meanwhile, snap rm " + names);
        snapshots.keySet().removeAll(names);
        List<Callable<Void>> removals = names.stream()
                .<Callable<Void>>map(name -> () -> {
                    image.removeSnapshot(name, Progress.NONE);
                    return null;
                })
                .toList();
        return removals.stream().map(threads::submit).toList();
    }

    /** Copies some of a migration, ends it, or cuts the link to a parent. */
    private void advance() {
        if (migrating()) {
            copyAndMaybeCommit();
        } else if (image.info().parent().isPresent()) {
            note("flatten");
            image.flatten(Progress.NONE);
        }
    }

    private void copyAndMaybeCommit() {
        note("migration execute");
        requireRefusalOfAbort();
        store.update(served, MigrationState.EXECUTING, Map.of());
        boolean all;
        try (Fill fill = store.openFill(served)) {
            long object = random.nextLong(fill.objects());
            assertThat(fill.fill(object).digest().orElseThrow()).isEqualTo(fill.reread(object));
            all = fill.filledObjects() == fill.objects();
        }
        if (all && random.nextBoolean()) {
            note("migration commit");
            store.commitMigration(served, Progress.NONE);
        }
    }

    /** An abort needs the image for itself, and does no harm where it is refused. */
    private void requireRefusalOfAbort() {
        assertThatExceptionOfType(BlockException.class)
                .isThrownBy(() -> store.abortMigration(served, Progress.NONE))
                .extracting(BlockException::problem)
                .isEqualTo(Problem.IMAGE_IN_USE);
    }

    /** What happens to the image while the connections wait, or are not there. */
    private void between() throws IOException {
        settled.forEach(Runnable::run);
        settled.clear();
        compareSnapshots();
        switch (random.nextInt(8)) {
            case 0 -> rollback();
            case 1 -> shrinkAndGrow();
            case 2 -> migrate();
            case 3 -> cloneSnapshot();
            default -> {}
        }
    }

    private void compareSnapshots() {
        assertThat(image.snapshots().stream().map(Snapshot::name)).hasSameElementsAs(snapshots.keySet());
        if (snapshots.isEmpty()) {
            return;
        }
        String name = pick(random, snapshots.keySet());
        try (Image snapshot = store.open(served.at(name))) {
            SnapshotCheck check = new SnapshotCheck(name, clients);
            check.requireSame(snapshots.get(name), check.read(snapshot));
            check.requireDifference(snapshots.get(name), image);
        }
    }

    private void rollback() {
        if (!snapshots.isEmpty()) {
            String name = pick(random, snapshots.keySet());
            note("snap rollback " + name);
            image.rollback(name, Progress.NONE);
            for (int i = 0; i < CONNECTIONS; i++) {
                clients.get(i).become(snapshots.get(name).get(i));
            }
        }
    }

    private void shrinkAndGrow() {
        RegionClient last = clients.getLast();
        long rest = random.nextLong(REGION);
        note("resize to " + (last.start() + rest) + " and back");
        image.resize(last.start() + rest, true, Progress.NONE);
        image.resize(SIZE, false, Progress.NONE);
        SparseBytes bytes = last.now().copy();
        bytes.zero(rest, REGION - rest, false);
        last.become(bytes);
    }

    /** Begins a migration within the store, or gives one up. */
    private void migrate() throws IOException {
        if (migrating() && store.migration(served).importOnly()) {
            return;
        }
        disconnect();
        if (migrating()) {
            note("migration abort");
            served = abort();
        } else {
            ImageSpec target = new ImageSpec(POOL, newName());
            note("migration prepare " + served + " " + target);
            store.prepareLinked(served, target, Layout.DEFAULT, random.nextBoolean(), Map.of());
            served = target;
        }
        connect();
    }

    private ImageSpec abort() {
        ImageSpec source = store.migration(served).source().orElseThrow();
        store.abortMigration(served, Progress.NONE);
        // Snapshots of the source that were removed from the target are back.
        try (Image back = store.open(source, Access.READ_WRITE)) {
            for (Snapshot snapshot : back.snapshots()) {
                if (!snapshots.containsKey(snapshot.name()) && !snapshot.isProtected()) {
                    back.removeSnapshot(snapshot.name(), Progress.NONE);
                }
            }
        }
        return source;
    }

    /** Goes on with a clone of a snapshot. */
    private void cloneSnapshot() throws IOException {
        if (snapshots.isEmpty()) {
            return;
        }
        String name = pick(random, snapshots.keySet());
        ImageSpec child = new ImageSpec(POOL, newName());
        note("clone " + served.at(name) + " " + child);
        if (image.snapshots().stream().noneMatch(s -> s.name().equals(name) && s.isProtected())) {
            image.protectSnapshot(name);
        }
        store.clone(served.at(name), child, Layout.DEFAULT);
        List<SparseBytes> bytes = snapshots.get(name);
        disconnect();
        served = child;
        snapshots.clear();
        for (int i = 0; i < CONNECTIONS; i++) {
            clients.get(i).become(bytes.get(i));
        }
        connect();
    }

    @Override
    public void close() throws IOException {
        threads.shutdownNow();
        for (RegionClient client : clients) {
            client.close();
        }
        server.close();
        assertThat(store.integrity().check()).isEmpty();
        store.close();
    }
}
