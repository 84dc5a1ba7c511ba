package berth.systemtests;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Clients of NBD exports behind Unix sockets. */
final class Nbd {
    private Nbd() {}

    /** The URI of an export. */
    static String uri(Path socket, String export) {
        String name = URLEncoder.encode(export, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%2F", "/");
        return "nbd+unix:///" + name + "?socket=" + socket;
    }

    /** Runs commands of {@code qemu-io} on an export; it flushes before it ends. */
    static Outcome qemuIo(Path socket, String export, String... commands) throws IOException {
        return qemuIo(List.of(), uri(socket, export), commands);
    }

    /** Runs commands of {@code qemu-io} on an export that can only be read. */
    static Outcome qemuIoReadOnly(Path socket, String export, String... commands) throws IOException {
        return qemuIo(List.of("-r"), uri(socket, export), commands);
    }

    /** Runs commands of {@code qemu-io} on a raw file. */
    static Outcome qemuIoFile(Path file, String... commands) throws IOException {
        return qemuIo(List.of(), file.toString(), commands);
    }

    private static Outcome qemuIo(List<String> options, String disk, String... commands) throws IOException {
        List<String> line = new ArrayList<>(List.of("qemu-io", "-f", "raw"));
        line.addAll(options);
        for (String command : commands) {
            line.add("-c");
            line.add(command);
        }
        line.add(disk);
        return Programs.run(line.toArray(String[]::new));
    }
}
