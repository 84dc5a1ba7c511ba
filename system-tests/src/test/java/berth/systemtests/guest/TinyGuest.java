package berth.systemtests.guest;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A running guest. It reaches its script 2 to 9 seconds after {@link #boot} on an idle machine. Closing it pulls the plug.
 * Not for use by several threads.
 */
public final class TinyGuest implements Guest {
    private static final int MEMORY_MIB = 128;

    private final Process qemu;
    private final Path console;
    private final Path monitor;

    private TinyGuest(Process qemu, Path console, Path monitor) {
        this.qemu = qemu;
        this.console = console;
        this.monitor = monitor;
    }

    /**
     * A disk.
     *
     * @param blockdev it as QEMU's {@code -blockdev} has it: comma-separated options without a node name
     * @param device more options of its device, each with a comma before it
     */
    public record Disk(String blockdev, String device) {
        private Disk(String blockdev) {
            this(blockdev, "");
        }

        /** A raw file. */
        public static Disk rawFile(Path file) {
            return new Disk("driver=raw,file.driver=file,file.filename=" + escaped(file));
        }

        /** A qcow2 file. */
        public static Disk qcow2File(Path file) {
            return new Disk("driver=qcow2,file.driver=file,file.filename=" + escaped(file));
        }

        /** An export of an NBD server on a Unix socket. */
        public static Disk nbd(Path socket, String export) {
            return new Disk("driver=nbd,server.type=unix,server.path=" + escaped(socket) + ",export="
                    + export.replace(",", ",,"));
        }

        /**
         * An RBD image, whose errors stop the guest instead of being handed on to it.
         *
         * @param image POOL/NAME
         * @param options more options of {@code -blockdev}, each with a comma before it
         */
        public static Disk rbd(String image, Path configurationFile, String options) {
            String[] names = image.split("/", 2);
            return new Disk(
                    "driver=rbd,pool=" + names[0] + ",image=" + names[1] + ",conf=" + escaped(configurationFile)
                            + options,
                    ",werror=stop,rerror=stop");
        }

        private static String escaped(Path path) {
            return path.toString().replace(",", ",,");
        }
    }

    /**
     * Starts a guest; the test is skipped where a guest cannot be made.
     *
     * @param directory an empty or new directory for the guest's files
     * @param script what the guest runs with {@code sh}; when it ends, the guest switches itself off
     * @param disks what the guest has as {@code /dev/vda}, {@code /dev/vdb}, ...
     */
    public static TinyGuest boot(Path directory, String script, Disk... disks) throws IOException {
        GuestKernel kernel = GuestKernel.findOrSkip();
        Files.createDirectories(directory);
        Path initrd = directory.resolve("initrd");
        Files.write(initrd, kernel.initialFileSystem(script, disks.length));
        Path console = Files.writeString(directory.resolve("console.log"), "");
        Path messages = directory.resolve("qemu.log");
        Path monitor = directory.resolve("qmp.sock");
        List<String> command = command(kernel, initrd, console, disks);
        command.addAll(List.of("-qmp", "unix:" + monitor + ",server=on,wait=off"));
        Process qemu = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(messages.toFile())
                .start();
        qemu.getOutputStream().close();
        TinyGuest guest = new TinyGuest(qemu, console, monitor);
        try {
            guest.awaitBoot();
        } catch (IOException | RuntimeException e) {
            guest.close();
            throw new IOException(e.getMessage() + "\nQEMU said: " + Files.readString(messages), e);
        }
        return guest;
    }

    private static List<String> command(GuestKernel kernel, Path initrd, Path console, Disk... disks) {
        List<String> command = new ArrayList<>(List.of(
                "qemu-system-x86_64",
                "-accel",
                "tcg",
                "-m",
                Integer.toString(MEMORY_MIB),
                "-no-user-config",
                "-nodefaults",
                "-no-reboot",
                "-display",
                "none",
                "-serial",
                "file:" + console,
                "-kernel",
                kernel.image().toString(),
                "-initrd",
                initrd.toString(),
                "-append",
                GuestKernel.COMMAND_LINE));
        for (int i = 0; i < disks.length; i++) {
            command.addAll(List.of("-blockdev", "node-name=disk" + i + "," + disks[i].blockdev));
            command.addAll(List.of("-device", "virtio-blk-pci,drive=disk" + i + disks[i].device));
        }
        return command;
    }

    @Override
    public Path consoleFile() {
        return console;
    }

    /** Waits until the script has ended and returns its exit status. */
    public int awaitEnd(Duration patience) throws IOException {
        String line = await(text -> text.startsWith(ENDED), "the end of its script", patience);
        return Integer.parseInt(line.substring(ENDED.length()).strip());
    }

    @Override
    public boolean isAlive() {
        return qemu.isAlive();
    }

    /** Waits until QEMU has stopped the guest because of an error of a disk. */
    public void awaitStop(Duration patience) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!monitor("query-status").contains("\"io-error\"")) {
            if (System.nanoTime() > deadline) {
                throw new IOException("the guest has not been stopped");
            }
            try {
                Thread.sleep(Duration.ofMillis(50));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while waiting for the guest", e);
            }
        }
    }

    /** Has a guest go on that was stopped because of an error; the requests that failed are made again. */
    public void goOn() throws IOException {
        monitor("cont");
    }

    /** Has QEMU's monitor do something, and gives its answer. */
    private String monitor(String command) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(monitor));
                BufferedReader answers = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8))) {
            String answer = "";
            for (String step : List.of("qmp_capabilities", command)) {
                channel.write(ByteBuffer.wrap(("{\"execute\":\"" + step + "\"}\n").getBytes(StandardCharsets.UTF_8)));
                do { // The greeting and events come between.
                    answer = answers.readLine();
                    if (answer == null || answer.contains("\"error\":")) {
                        throw new IOException(step + ": " + answer);
                    }
                } while (!answer.contains("\"return\":"));
            }
            return answer;
        }
    }

    /** Pulls the plug: QEMU is killed, and has ended when this returns. The console can still be read. */
    public void pullPlug() {
        qemu.destroyForcibly();
        try {
            if (!qemu.waitFor(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("QEMU, process " + qemu.pid() + ", does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        pullPlug();
    }
}
