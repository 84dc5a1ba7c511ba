package berth.local.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.block.Problem;
import berth.local.io.PosixStoreFiles;
import berth.local.io.StoreFile;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalFaultTest {
    private static final List<JournalEntry> ENTRY = List.of(new JournalEntry.PageWords(1, 0, 0, new long[] {1}));

    @TempDir
    Path temp;

    /** A failed sync takes the records of all threads with it, and the next sync would succeed without them. */
    @Test
    void whoSharesAFailedSyncFailsToo() throws Exception {
        PosixStoreFiles files = new PosixStoreFiles(temp);
        CountDownLatch syncing = new CountDownLatch(1);
        CountDownLatch secondWritten = new CountDownLatch(2);
        AtomicInteger syncs = new AtomicInteger();
        StoreFile real = files.create("journal.1");
        StoreFile file = (StoreFile) Proxy.newProxyInstance(
                StoreFile.class.getClassLoader(), new Class<?>[] {StoreFile.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("sync") && syncs.getAndIncrement() == 0) {
                        syncing.countDown();
                        secondWritten.await();
                        throw new BlockException(Problem.IO, "the disk is gone");
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    } finally {
                        if (method.getName().equals("write")) {
                            secondWritten.countDown();
                        }
                    }
                });
        try (Journal journal = Journal.resume(file, 1, 0, 0, false);
                ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<?> first = threads.submit(() -> journal.commit(ENTRY));
            syncing.await();
            Future<?> second = threads.submit(() -> journal.commit(ENTRY));
            for (Future<?> commit : List.of(first, second)) {
                assertThatThrownBy(commit::get)
                        .isInstanceOf(ExecutionException.class)
                        .hasMessageContaining("the disk is gone");
            }
            assertThat(syncs).hasValue(1);
        }
    }
}
