package berth.nbd;

import berth.block.BlockDevice;
import berth.block.BlockException;
import berth.block.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Exports of devices that the tests hold. */
final class TestExports implements Exports {
    private final Map<String, BlockDevice> devices = new LinkedHashMap<>();
    private Optional<String> defaultName = Optional.empty();

    TestExports add(String name, BlockDevice device) {
        devices.put(name, device);
        return this;
    }

    TestExports defaultTo(String name) {
        defaultName = Optional.of(name);
        return this;
    }

    @Override
    public List<Entry> list() {
        List<Entry> entries = new ArrayList<>();
        devices.forEach((name, device) -> entries.add(new Entry(name, description(device))));
        return entries;
    }

    @Override
    public Optional<String> defaultName() {
        return defaultName;
    }

    @Override
    public Export open(String name) {
        BlockDevice device = devices.get(name);
        if (device == null) {
            throw new BlockException(Problem.IMAGE_NOT_FOUND, "image " + name + " does not exist");
        }
        return new Export(name, description(device), device, false);
    }

    private static String description(BlockDevice device) {
        return device.size() + " bytes";
    }
}
