package berth.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.block.Problem;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ObjectLoopTest {
    @Test
    void everyObjectComesOnceAndInOrderWithOneWorker() {
        List<Long> seen = new ArrayList<>();
        new ObjectLoop(100, 1, (object, worker) -> seen.add(object)).run();
        assertThat(seen)
                .containsExactlyElementsOf(LongStream.range(0, 100).boxed().toList());
    }

    @Test
    void workersShareTheObjects() {
        List<Long> seen = Collections.synchronizedList(new ArrayList<>());
        Set<Integer> workers = ConcurrentHashMap.newKeySet();
        CountDownLatch all = new CountDownLatch(3);
        new ObjectLoop(100, 3, (object, worker) -> {
                    if (workers.add(worker)) {
                        all.countDown();
                    }
                    await(all);
                    seen.add(object);
                })
                .run();
        assertThat(workers).containsExactlyInAnyOrder(0, 1, 2);
        assertThat(seen)
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.range(0, 100).boxed().toList());
    }

    @Test
    void noMoreWorkersThanObjects() {
        Set<Integer> workers = ConcurrentHashMap.newKeySet();
        new ObjectLoop(1, 8, (object, worker) -> workers.add(worker)).run();
        assertThat(workers).containsExactly(0);
        new ObjectLoop(0, 8, (object, worker) -> workers.add(-1)).run();
        assertThat(workers).containsExactly(0);
    }

    @Test
    void theFirstFailureEndsItAndLaterOnesAreKept() {
        CountDownLatch both = new CountDownLatch(2);
        Set<Long> seen = ConcurrentHashMap.newKeySet();
        ObjectLoop loop = new ObjectLoop(100, 2, (object, worker) -> {
            seen.add(object);
            both.countDown();
            await(both);
            throw new IllegalStateException("object " + object);
        });
        assertThatThrownBy(loop::run)
                .isInstanceOf(IllegalStateException.class)
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
        assertThat(seen).containsExactlyInAnyOrder(0L, 1L);
        assertThat(loop.stopping()).isTrue();
    }

    @Test
    void anInterruptEndsTheLoopAfterWhatIsInHand() {
        CountDownLatch callerWorks = new CountDownLatch(1);
        CountDownLatch helperWorks = new CountDownLatch(1);
        ObjectLoop loop = new ObjectLoop(1_000, 2, (object, worker) -> {
            if (worker == 0) {
                callerWorks.countDown();
                await(helperWorks);
                Thread.currentThread().interrupt();
                throw new BlockException(Problem.CANCELLED, "the operation was interrupted");
            }
            await(callerWorks);
            helperWorks.countDown();
        });
        assertThatThrownBy(loop::run).hasMessage("the operation was interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
