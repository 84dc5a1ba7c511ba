package berth.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** On what the numbers were made. */
final class Machine {
    private Machine() {}

    /** Processor, memory, kernel. */
    static String hardware() {
        String processor = firstValue(Path.of("/proc/cpuinfo"), "model name");
        long memoryKib =
                Long.parseLong(firstValue(Path.of("/proc/meminfo"), "MemTotal").replaceAll("\\D", ""));
        return String.format(
                Locale.ROOT,
                "%d × %s, %d GiB memory, Linux %s",
                Runtime.getRuntime().availableProcessors(),
                processor,
                Math.round(memoryKib / 1048576.0),
                System.getProperty("os.version"));
    }

    /** The programs that took part. */
    static String programs() {
        List<String> versions = new ArrayList<>();
        versions.add("JDK " + Runtime.version());
        for (List<String> command :
                List.of(List.of("qemu-nbd", "--version"), List.of("fio", "--version"), List.of("rbd", "--version"))) {
            Programs.version(command.getFirst(), command.getLast()).ifPresent(versions::add);
        }
        return String.join(", ", versions);
    }

    /** The type of the file system that a directory is on, for example {@code ext4}. */
    static String fileSystem(Path directory) {
        try {
            return Files.getFileStore(directory).type();
        } catch (IOException e) {
            throw new BenchException("cannot look at " + directory + ": " + e.getMessage(), e);
        }
    }

    private static String firstValue(Path file, String key) {
        try (var lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(key))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown processor");
        } catch (IOException e) {
            throw new BenchException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }
}
