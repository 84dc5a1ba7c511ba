package berth.server;

import berth.block.BlockException;
import berth.block.Problem;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A command as it was typed, with what of its surroundings decides what it does.
 *
 * @param args the arguments
 * @param directory the working directory, absolute; relative paths in the arguments start there
 * @param environment the variables of {@link #FORWARDED} and {@link #PREFIX}, where set
 * @param terminal whether standard error is a terminal
 * @param remote whether the command runs in another process than the one it was typed in
 */
public record Invocation(
        List<String> args, Path directory, Map<String, String> environment, boolean terminal, boolean remote) {
    /** The environment variables that a command may look at, wherever it runs; those with {@link #PREFIX} come on top. */
    public static final List<String> FORWARDED =
            List.of("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "COLUMNS", "TZ");

    /** What all variables begin with that are meant for this program, such as secrets of source-specs. */
    public static final String PREFIX = "BERTH_";

    private static final List<String> OF_PROCESS =
            List.of("/dev/fd", "/dev/std", "/dev/tty", "/proc/self", "/proc/thread-self");

    private static final int MAX_STRINGS = 1 << 16;

    public Invocation {
        args = List.copyOf(args);
        environment = Map.copyOf(environment);
        if (!directory.isAbsolute()) {
            throw new IllegalArgumentException("not absolute: " + directory);
        }
    }

    /** Without arguments and variables, some of which may be secret. */
    @Override
    public String toString() {
        return "a command in " + directory;
    }

    /** This process's surroundings around the given arguments. */
    public static Invocation here(List<String> args) {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.keySet().removeIf(name -> !name.startsWith(PREFIX) && !FORWARDED.contains(name));
        return new Invocation(args, Path.of("").toAbsolutePath(), environment, StandardStreams.errIsTerminal(), false);
    }

    /**
     * The path that a text in the arguments means.
     *
     * @throws BlockException {@link Problem#INVALID_ARGUMENT} when it means something in the process only that the command
     *     was typed in, and that is another one
     */
    public Path resolve(String path) {
        if (remote && OF_PROCESS.stream().anyMatch(path::startsWith)) {
            throw new BlockException(
                    Problem.INVALID_ARGUMENT,
                    path + " is a file of this process, and the command runs in the one that owns the store; name a"
                            + " file, or use - for standard input or output");
        }
        return directory.resolve(path);
    }

    /** Whether a text seems to have a path in it that means something else in each process. */
    public static boolean isOfProcess(String text) {
        return OF_PROCESS.stream().anyMatch(text::contains);
    }

    /** The form in which it goes to the owner. */
    byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(args.size());
            for (String arg : args) {
                writeText(out, arg);
            }
            writeText(out, directory.toString());
            out.writeInt(environment.size());
            for (Map.Entry<String, String> entry : environment.entrySet()) {
                writeText(out, entry.getKey());
                writeText(out, entry.getValue());
            }
            out.writeBoolean(terminal);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /**
     * Reads what {@link #encode} wrote; the result is {@link #remote}.
     *
     * @throws IOException when it is not such a text
     */
    static Invocation decode(byte[] encoded) throws IOException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(encoded))) {
            List<String> args = new ArrayList<>();
            for (int i = readCount(in); i > 0; i--) {
                args.add(readText(in));
            }
            Path directory = Path.of(readText(in));
            Map<String, String> environment = new HashMap<>();
            for (int i = readCount(in); i > 0; i--) {
                environment.put(readText(in), readText(in));
            }
            return new Invocation(args, directory, environment, in.readBoolean(), true);
        } catch (IllegalArgumentException e) {
            throw new IOException("malformed command: " + e.getMessage(), e);
        }
    }

    private static void writeText(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static int readCount(DataInputStream in) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > MAX_STRINGS) {
            throw new IOException("malformed command: " + count + " strings");
        }
        return count;
    }

    private static String readText(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new IOException("malformed command: a string of " + length + " bytes");
        }
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }
}
