package berth.server;

import java.nio.file.Path;
import java.util.List;

/** A process that runs one of {@link ScriptHandler}'s commands on a store: arguments are the directory and the command. */
final class OwnerProcess {
    private OwnerProcess() {}

    public static void main(String[] args) {
        StoreAccess access = new StoreAccess(new StoreDirectory(Path.of(args[0])), "test", _ -> new ScriptHandler());
        Invocation invocation = Invocation.here(List.of(args).subList(1, args.length));
        System.exit(access.run(invocation, StandardStreams.of(new Cancellation())));
    }

    static Process start(Path directory, String... command) throws java.io.IOException {
        List<String> line = new java.util.ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                OwnerProcess.class.getName(),
                directory.toString()));
        line.addAll(List.of(command));
        return new ProcessBuilder(line)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
