package berth.http;

import berth.block.BlockReader;
import berth.block.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A source of one point in time. */
record TestSource(BlockReader reader) implements Source {
    @Override
    public List<Point> points() {
        return List.of(new Point("", false, Optional.empty(), reader));
    }

    @Override
    public Map<String, String> validators() {
        return Map.of();
    }

    @Override
    public String description() {
        return "{}";
    }

    @Override
    public void close() {}
}
