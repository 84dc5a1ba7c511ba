package berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.MigrationStore;
import berth.block.contract.ModelStore;
import berth.server.Cancellation;
import berth.server.CommandIo;
import berth.server.Engine;
import berth.server.Invocation;
import berth.server.LazyEngine;
import berth.server.StoreDirectory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs command lines and keeps what they print, as a transcript shows it. It has the pools that most examples use. */
final class Shell implements AutoCloseable {
    private final Engine engine;
    private final CommandRunner runner;
    private final Path directory;
    private byte[] input = new byte[0];
    private byte[] output = new byte[0];

    /** A shell in a directory with a store in memory. */
    Shell(Path directory) {
        this(directory, new Engine(new StoreDirectory(directory.resolve("store")), ModelStore::new));
    }

    /** A shell in a directory with a local store in it. */
    static Shell local(Path directory) throws IOException {
        Path store = Files.createDirectories(directory.resolve("store"));
        return new Shell(directory, Engine.open(new StoreDirectory(store)));
    }

    private Shell(Path directory, Engine engine) {
        this.directory = directory;
        this.engine = engine;
        runner = new CommandRunner(new LazyEngine(() -> engine));
        List.of("rbd", "images", "volumes", "vms").stream()
                .filter(pool -> !store().pools().contains(pool))
                .forEach(store()::createPool);
    }

    MigrationStore store() {
        return engine.store();
    }

    /** What the next commands read from standard input. */
    Shell input(byte[] bytes) {
        input = bytes;
        return this;
    }

    /** The bytes that the last command wrote to standard output. */
    byte[] output() {
        return output;
    }

    /** Standard output and error together, and {@code [exit N]} where N is not 0. */
    String run(String line) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        int status =
                run(line, new CommandIo(new ByteArrayInputStream(input), new Tee(out, both), both, new Cancellation()));
        output = out.toByteArray();
        return both.toString(StandardCharsets.UTF_8) + (status == 0 ? "" : "[exit " + status + "]\n");
    }

    int run(String line, CommandIo io) {
        return runner.run(new Invocation(split(line), directory, Map.of("TZ", "UTC"), false, false), io);
    }

    /** Runs a command that has to succeed without a word. */
    Shell quietly(String line) {
        assertThat(run(line)).as(line).isEmpty();
        return this;
    }

    @Override
    public void close() {
        engine.close();
    }

    /** Splits at blanks, but not within single quotes. */
    private static List<String> split(String line) {
        List<String> args = new ArrayList<>();
        StringBuilder arg = new StringBuilder();
        boolean quoted = false;
        boolean started = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\'') {
                quoted = !quoted;
                started = true;
            } else if (c == ' ' && !quoted) {
                if (started) {
                    args.add(arg.toString());
                }
                arg.setLength(0);
                started = false;
            } else {
                arg.append(c);
                started = true;
            }
        }
        if (started) {
            args.add(arg.toString());
        }
        return args;
    }

    private static final class Tee extends java.io.OutputStream {
        private final ByteArrayOutputStream first;
        private final ByteArrayOutputStream second;

        Tee(ByteArrayOutputStream first, ByteArrayOutputStream second) {
            this.first = first;
            this.second = second;
        }

        @Override
        public void write(int b) {
            first.write(b);
            second.write(b);
        }

        @Override
        public void write(byte[] from, int offset, int length) {
            first.write(from, offset, length);
            second.write(from, offset, length);
        }
    }
}
