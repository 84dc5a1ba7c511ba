package berth.local;

import berth.block.BlockException;
import berth.block.Problem;
import berth.block.contract.PowerLoss;
import berth.local.io.StoreFile;
import berth.local.io.StoreFiles;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/**
 * Files in memory that can lose power. What was not synced may then be lost, wholly or in part: each change of a file
 * since its last sync survives, does not, or (a write) survives for some of its sectors only; of the changes of a
 * directory since its last sync the first so many survive. Not for use by several threads.
 */
final class CrashFiles implements StoreFiles {
    private static final int PAGE = 4096;
    private static final int SECTOR = 512;

    private final Random random;
    private Map<String, Inode> durableNames = new HashMap<>();
    private final Map<String, Inode> names = new HashMap<>();
    private final Map<String, List<Map<String, Inode>>> pendingNames = new HashMap<>();
    private BiPredicate<String, String> ignored = (call, name) -> false;
    private long callsLeft = Long.MAX_VALUE;
    private long calls;

    CrashFiles(long seed) {
        this.random = new Random(seed);
    }

    /** Makes this a disk that lies: a sync is not done when this says so of the call's name and the file's. */
    void ignore(BiPredicate<String, String> syncs) {
        ignored = syncs;
    }

    /** Has power lost at the n-th changing call from now on. */
    void crashAfter(long changes) {
        callsLeft = changes;
    }

    /** How many changing calls there were. */
    long calls() {
        return calls;
    }

    private void change() {
        calls++;
        if (--callsLeft < 0) {
            throw new PowerLoss();
        }
    }

    /** Turns the power on again: what is there now is what survived. */
    void restart() {
        callsLeft = Long.MAX_VALUE;
        Map<String, Inode> survived = new HashMap<>(durableNames);
        pendingNames.forEach((directory, states) -> {
            if (!states.isEmpty()) {
                int kept = random.nextInt(states.size() + 1);
                if (kept > 0) {
                    survived.keySet().removeIf(name -> directoryOf(name).equals(directory));
                    survived.putAll(states.get(kept - 1));
                }
            }
        });
        pendingNames.clear();
        survived.values().forEach(inode -> inode.lose(random));
        names.clear();
        names.putAll(survived);
        durableNames = new HashMap<>(survived);
    }

    private static String directoryOf(String name) {
        int slash = name.indexOf('/');
        return slash < 0 ? "" : name.substring(0, slash);
    }

    private Map<String, Inode> namesIn(String directory) {
        Map<String, Inode> in = new HashMap<>();
        names.forEach((name, inode) -> {
            if (directoryOf(name).equals(directory)) {
                in.put(name, inode);
            }
        });
        return in;
    }

    private void namesChanged(String directory) {
        pendingNames.computeIfAbsent(directory, _ -> new ArrayList<>()).add(namesIn(directory));
    }

    @Override
    public StoreFile open(String name) {
        Inode inode = names.get(name);
        if (inode == null) {
            throw new BlockException(Problem.IO, "no file " + name);
        }
        return new Open(name, inode);
    }

    @Override
    public StoreFile create(String name) {
        change();
        Inode inode = new Inode();
        names.put(name, inode);
        namesChanged(directoryOf(name));
        return new Open(name, inode);
    }

    @Override
    public boolean exists(String name) {
        return names.containsKey(name);
    }

    @Override
    public List<String> list(String directory) {
        return namesIn(directory).keySet().stream()
                .map(name -> name.substring(name.indexOf('/') + 1))
                .sorted()
                .toList();
    }

    /** Directories are there as soon as something is in them. */
    @Override
    public void makeDirectory(String name) {}

    @Override
    public void delete(String name) {
        if (names.containsKey(name)) {
            change();
            names.remove(name);
            namesChanged(directoryOf(name));
        }
    }

    @Override
    public void rename(String from, String to) {
        change();
        Inode inode = names.remove(from);
        names.put(to, inode);
        namesChanged(directoryOf(to));
    }

    @Override
    public void syncDirectory(String directory) {
        change();
        if (ignored.test("syncDirectory", directory)) {
            return;
        }
        durableNames.keySet().removeIf(name -> directoryOf(name).equals(directory));
        durableNames.putAll(namesIn(directory));
        pendingNames.remove(directory);
    }

    /** One change of a file that is not durable yet. */
    private interface Change {
        void applyTo(Content content);
    }

    private record Write(long offset, byte[] bytes) implements Change {
        @Override
        public void applyTo(Content content) {
            content.write(offset, bytes, 0, bytes.length);
        }

        Change torn(Random random) {
            return content -> {
                for (int at = 0; at < bytes.length; ) {
                    int n = (int) Math.min(bytes.length - at, SECTOR - (offset + at) % SECTOR);
                    if (random.nextBoolean()) {
                        content.write(offset + at, bytes, at, n);
                    }
                    at += n;
                }
            };
        }
    }

    private static final class Inode {
        private Content durable = new Content();
        private Content now = new Content();
        private final List<Change> pending = new ArrayList<>();

        void apply(Change change) {
            change.applyTo(now);
            pending.add(change);
        }

        void sync() {
            pending.forEach(change -> change.applyTo(durable));
            pending.clear();
        }

        void lose(Random random) {
            if (pending.isEmpty()) {
                return;
            }
            for (Change change : pending) {
                int fate = random.nextInt(3);
                if (fate == 1) {
                    change.applyTo(durable);
                } else if (fate == 2 && change instanceof Write write) {
                    write.torn(random).applyTo(durable);
                }
            }
            pending.clear();
            now = durable.copy();
        }
    }

    /** The bytes of a file. */
    private static final class Content {
        private final TreeMap<Long, byte[]> pages = new TreeMap<>();
        private long size;

        Content copy() {
            Content copy = new Content();
            pages.forEach((number, page) -> copy.pages.put(number, page.clone()));
            copy.size = size;
            return copy;
        }

        void write(long offset, byte[] bytes, int from, int length) {
            for (int at = 0; at < length; ) {
                long where = offset + at;
                int inPage = (int) (where % PAGE);
                int n = Math.min(length - at, PAGE - inPage);
                byte[] page = pages.computeIfAbsent(where / PAGE, _ -> new byte[PAGE]);
                System.arraycopy(bytes, from + at, page, inPage, n);
                at += n;
            }
            size = Math.max(size, offset + length);
        }

        /** The write of whole sectors that a kernel makes of a write: what else is in them is what was there before. */
        Write sectors(long from, long to) {
            long start = from / SECTOR * SECTOR;
            long end = Math.min(size, Math.ceilDiv(to, (long) SECTOR) * SECTOR);
            byte[] bytes = new byte[(int) (end - start)];
            read(start, bytes);
            return new Write(start, bytes);
        }

        void read(long offset, byte[] into) {
            for (int at = 0; at < into.length; ) {
                int inPage = (int) ((offset + at) % PAGE);
                int n = Math.min(into.length - at, PAGE - inPage);
                byte[] page = pages.get((offset + at) / PAGE);
                if (page != null) {
                    System.arraycopy(page, inPage, into, at, n);
                }
                at += n;
            }
        }

        void zero(long offset, long end) {
            for (long at = offset; at < end; ) {
                long pageEnd = Math.min(end, (at / PAGE + 1) * PAGE);
                byte[] page = pages.get(at / PAGE);
                if (page != null) {
                    Arrays.fill(page, (int) (at % PAGE), (int) (pageEnd - at / PAGE * PAGE), (byte) 0);
                }
                at = pageEnd;
            }
        }

        void truncate(long newSize) {
            if (newSize < size) {
                pages.tailMap(newSize / PAGE, false).clear();
                zero(newSize, (newSize / PAGE + 1) * PAGE);
            }
            size = newSize;
        }
    }

    private final class Open implements StoreFile {
        private final String name;
        private final Inode inode;

        Open(String name, Inode inode) {
            this.name = name;
            this.inode = inode;
        }

        @Override
        public int read(ByteBuffer into, long offset) {
            byte[] bytes = new byte[Math.clamp(inode.now.size - offset, 0, into.remaining())];
            inode.now.read(offset, bytes);
            into.put(bytes);
            return bytes.length;
        }

        @Override
        public void write(ByteBuffer from, long offset) {
            byte[] bytes = new byte[from.remaining()];
            from.get(bytes);
            boolean cutOff = callsLeft == 0;
            if (!cutOff) {
                change();
            }
            inode.now.write(offset, bytes, 0, bytes.length);
            inode.pending.add(inode.now.sectors(offset, offset + bytes.length));
            if (cutOff) {
                // A write that power cuts off may still have got some sectors to the disk.
                change();
            }
        }

        @Override
        public void punch(long offset, long length) {
            change();
            inode.apply(content -> content.zero(offset, Math.min(offset + length, content.size)));
        }

        @Override
        public void reserve(long offset, long length) {}

        @Override
        public void truncate(long size) {
            change();
            inode.apply(content -> content.truncate(size));
        }

        @Override
        public long size() {
            return inode.now.size;
        }

        @Override
        public OptionalLong nextData(long offset) {
            Long page = inode.now.pages.ceilingKey(offset / PAGE);
            return page == null || page * PAGE >= inode.now.size
                    ? OptionalLong.empty()
                    : OptionalLong.of(Math.max(offset, page * PAGE));
        }

        @Override
        public OptionalLong nextHole(long offset) {
            return offset >= inode.now.size ? OptionalLong.empty() : OptionalLong.of(inode.now.size);
        }

        @Override
        public void sync() {
            change();
            if (!ignored.test("sync", name)) {
                inode.sync();
            }
        }

        @Override
        public void close() {}
    }
}
