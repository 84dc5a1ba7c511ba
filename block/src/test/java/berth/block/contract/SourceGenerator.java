package berth.block.contract;

import java.util.Random;

/** Makes up sources of imports: up to four points in time, each a change of the one before. */
public final class SourceGenerator {
    private final Scale scale;
    private final Random random;
    private final TestSources sources;

    /** Small sources drawn from {@code random}; they stay in {@code sources}. */
    public SourceGenerator(Random random, TestSources sources) {
        this(Scale.QUICK, random, sources);
    }

    SourceGenerator(Scale scale, Random random, TestSources sources) {
        this.scale = scale;
        this.random = random;
        this.sources = sources;
    }

    /** The next source. */
    public TestSource next() {
        TestSource source = sources.add();
        SparseBytes bytes = new SparseBytes(random.nextInt(scale.mediumBytes()));
        int snapshots = random.nextInt(4);
        for (int i = 0; i < snapshots; i++) {
            change(bytes);
            source.snapshot("point " + i, random.nextBoolean(), bytes.copy());
        }
        change(bytes);
        return source.now(bytes);
    }

    private void change(SparseBytes bytes) {
        if (random.nextInt(3) == 0) {
            bytes.resize(random.nextInt(scale.mediumBytes()));
        }
        for (int i = random.nextInt(8); i > 0 && bytes.size() > 0; i--) {
            int length = (int) Math.min(bytes.size(), random.nextInt(scale.longBytes() / 3));
            long offset = random.nextLong(bytes.size() - length + 1);
            if (random.nextInt(3) == 0) {
                bytes.zero(offset, length, random.nextBoolean());
            } else {
                bytes.write(offset, ContractBase.bytes(random.nextLong(), length));
            }
        }
    }
}
