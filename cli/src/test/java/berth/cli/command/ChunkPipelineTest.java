package berth.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.block.Problem;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChunkPipelineTest {
    private static final long SEED = Long.getLong("berth.seed", System.nanoTime());
    private static final int STEPS = 2000;

    @Test
    void everyChunkIsWorkedOnOnceAndFinishedInOrderByTheOwner() {
        Random random = new Random(SEED);
        Thread owner = Thread.currentThread();
        List<Integer> finished = new ArrayList<>();
        try (ChunkPipeline pipeline = new ChunkPipeline(1 + random.nextInt(12))) {
            for (int i = 0; i < STEPS; i++) {
                int number = i;
                if (random.nextInt(4) == 0) {
                    pipeline.after(() -> finished.add(number));
                } else {
                    pipeline.run(
                            pipeline.take().putInt(0, number), chunk -> chunk.putInt(4, chunk.getInt(0) + 1), chunk -> {
                                assertThat(Thread.currentThread()).isEqualTo(owner);
                                assertThat(chunk.getInt(4)).isEqualTo(number + 1);
                                finished.add(number);
                            });
                }
            }
            pipeline.finish();
        }
        assertThat(finished)
                .as("seed %d", SEED)
                .isEqualTo(IntStream.range(0, STEPS).boxed().toList());
    }

    @Test
    void aChunkThatIsTakenIsEmptyAgain() {
        try (ChunkPipeline pipeline = new ChunkPipeline(1)) {
            for (int i = 0; i < 5; i++) {
                ByteBuffer chunk = pipeline.take();
                assertThat(chunk.remaining()).isEqualTo(ChunkPipeline.CHUNK_BYTES);
                pipeline.run(chunk.limit(17), bytes -> bytes.position(3), _ -> {});
            }
        }
    }

    @Test
    void theFirstFailureIsThrownAndWhatOthersHaveInHandIsWaitedFor() {
        Thread owner = Thread.currentThread();
        CountDownLatch begun = new CountDownLatch(1);
        AtomicBoolean ended = new AtomicBoolean();
        List<String> finished = new ArrayList<>();
        BlockException failure = new BlockException(Problem.NO_SPACE, "full");

        assertThatThrownBy(() -> {
                    try (ChunkPipeline pipeline = new ChunkPipeline(2)) {
                        pipeline.run(
                                pipeline.take(),
                                _ -> {
                                    assertThat(begun).satisfies(CountDownLatch::await);
                                    throw failure;
                                },
                                _ -> finished.add("failed"));
                        pipeline.run(
                                pipeline.take(),
                                _ -> {
                                    begun.countDown();
                                    waitUntilItIsClosedBy(owner);
                                    ended.set(true);
                                },
                                _ -> finished.add("second"));
                        pipeline.finish();
                    }
                })
                .isSameAs(failure);
        assertThat(ended).isTrue();
        assertThat(finished).isEmpty();
    }

    @Test
    void aChunkThatWaitsWhenThePipelineIsClosedIsNotWorkedOn() {
        Thread owner = Thread.currentThread();
        CountDownLatch begun = new CountDownLatch(1);
        AtomicBoolean second = new AtomicBoolean();
        try (ChunkPipeline pipeline = new ChunkPipeline(1)) {
            pipeline.run(
                    pipeline.take(),
                    _ -> {
                        begun.countDown();
                        waitUntilItIsClosedBy(owner);
                    },
                    _ -> {});
            pipeline.run(pipeline.take(), _ -> second.set(true), _ -> {});
            assertThat(begun).satisfies(CountDownLatch::await);
        }
        assertThat(second).isFalse();
    }

    @Test
    void whatFollowsNothingIsDoneAtOnce() {
        List<Integer> done = new ArrayList<>();
        try (ChunkPipeline pipeline = new ChunkPipeline(1)) {
            pipeline.after(() -> done.add(1));
            assertThat(done).containsExactly(1);
        }
    }

    /** Only closing lets the owner wait with an end to it. */
    private static void waitUntilItIsClosedBy(Thread owner) {
        while (owner.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
    }

    @Test
    void runsOfDataAreTheBlocksThatAreNotZero() {
        Random random = new Random(SEED);
        for (int round = 0; round < 200; round++) {
            byte[] bytes = new byte[random.nextInt(20 * 4096)];
            for (int i = random.nextInt(6); i > 0 && bytes.length > 0; i--) {
                bytes[random.nextInt(bytes.length)] = 1;
            }
            byte[] copied = new byte[bytes.length];
            int[] end = {0};
            DataRuns.tell(ByteBuffer.wrap(bytes), (at, run) -> {
                assertThat(at).isGreaterThanOrEqualTo(end[0]);
                assertThat(at % 4096).isZero();
                for (int block = at; block < at + run.limit(); block += 4096) {
                    int length = Math.min(4096, bytes.length - block);
                    assertThat(ByteBuffer.wrap(bytes, block, length).compareTo(ByteBuffer.allocate(length)))
                            .as("a block of zeroes at %d, seed %d", block, SEED)
                            .isNotZero();
                }
                end[0] = at + run.limit();
                run.get(copied, at, run.limit());
            });
            assertThat(copied).as("seed %d", SEED).isEqualTo(bytes);
        }
    }
}
