package berth.block.contract;

import berth.block.BlockException;
import berth.block.Problem;
import berth.block.Source;
import berth.block.SourceOpener;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The sources of one test, which a store can open again from their description. */
public final class TestSources implements SourceOpener {
    private final Map<String, TestSource> sources = new ConcurrentHashMap<>();

    /** A new source without any point in time yet. */
    public TestSource add() {
        TestSource source = new TestSource("disk-" + sources.size());
        sources.put(source.description(), source);
        return source;
    }

    /** Loses all sources: none can be opened from here on. */
    public void lose() {
        sources.clear();
    }

    @Override
    public Source open(String description) {
        TestSource source = sources.get(description);
        if (source == null) {
            throw new BlockException(Problem.SOURCE_NOT_FOUND, "there is no source " + description);
        }
        return source;
    }
}
