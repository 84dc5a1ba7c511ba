package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The launcher, as it is installed: without sources, with the split jars, and with AOT caches that it makes itself. */
class LauncherIT {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path JDK = Path.of(System.getProperty("java.home"));
    /** The Java machine ends with an error when it cannot use the cache. */
    private static final String CACHE_REQUIRED = "-XX:AOTMode=on";

    @TempDir
    static Path temp;

    private static Path home;
    private static Path dist;
    /** A JDK of the same version whose machine only says how it was started. */
    private static Path echoingJdk;

    @TempDir
    Path directory;

    @BeforeAll
    static void install() throws IOException {
        home = Files.createDirectory(temp.resolve("a berth"));
        dist = Files.createDirectories(home.resolve("target/dist"));
        Programs.ok("cp", "-r", ROOT + "/berth", ROOT + "/packaging", ROOT + "/samples", home.toString());
        Programs.ok(
                JDK.resolve("bin/java").toString(),
                ROOT + "/packaging/PackJars.java",
                Berth.JAR.toString(),
                dist + "/berth.jar",
                dist + "/libraries.jar",
                "libraries.jar");
        Files.createFile(dist.resolve("stamp"));
        echoingJdk = temp.resolve("echo");
        Path java = Files.createDirectories(echoingJdk.resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.copy(JDK.resolve("release"), echoingJdk.resolve("release"));
        Outcome first = run(temp, Map.of(), "--version").succeeded();
        assertThat(first.err()).startsWith("berth: preparing the AOT caches");
    }

    private static Outcome run(Path directory, Map<String, String> environment, String... args) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(Stream.concat(Stream.of(home + "/berth"), Arrays.stream(args))
                        .toList())
                .directory(directory.toFile());
        builder.environment().put("BERTH_JAVA_HOME", JDK.toString());
        builder.environment().put("BERTH_STORE", directory.resolve("store").toString());
        builder.environment().remove("BERTH_JAVA_OPTIONS");
        builder.environment().putAll(environment);
        return Programs.run(builder);
    }

    private Outcome run(String... args) throws IOException {
        Outcome outcome = run(directory, Map.of("BERTH_JAVA_OPTIONS", CACHE_REQUIRED), args);
        assertThat(outcome.err()).as("messages of %s", outcome.command()).isEmpty();
        return outcome.succeeded();
    }

    /** What the Java machine would get. */
    private List<String> arguments(Map<String, String> environment, String... args) throws IOException {
        Map<String, String> all = new HashMap<>(environment);
        all.put("BERTH_JAVA_HOME", echoingJdk.toString());
        return run(directory, all, args).succeeded().out().lines().toList();
    }

    private static Path cache(String kind) throws IOException {
        try (Stream<Path> files = Files.list(dist)) {
            return files.filter(file -> file.toString().endsWith("." + kind) && !isOtherKind(file, kind))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("there is no cache " + kind));
        }
    }

    /** The name of the cache of what moves data ends like all others. */
    private static boolean isOtherKind(Path file, String kind) {
        return kind.equals("aot") && file.toString().matches(".*\\.[a-z]+\\.aot");
    }

    @Test
    void commandsOfEachKindUseTheirCaches() throws IOException {
        Path disk = Disks.raw(directory.resolve("disk.raw"), 16 << 20, 50, 3);
        run("create", "--size", "1M", "rbd/empty");
        run("import", "--no-progress", disk.toString(), "rbd/disk");
        run("export", "--no-progress", "rbd/disk", directory.resolve("copy.raw").toString());
        Disks.assertSame(directory.resolve("copy.raw"), disk);

        assertThat(run("ls").out()).isEqualTo("disk\nempty\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "quick.aot | -XX:TieredStopAtLevel=1 | ls",
                "quick.aot | -XX:TieredStopAtLevel=1 | --store /nowhere info rbd/disk",
                "ceph.aot | -XX:TieredStopAtLevel=1 | -c ceph.conf ls",
                "ceph.aot | -XX:TieredStopAtLevel=1 | --id cinder info vms/disk",
                "ceph.aot | -XX:TieredStopAtLevel=1 | --store ceph ls",
                "aot | -XX:Tier4InvocationThreshold=50000 | import disk.raw rbd/disk",
                "aot | -XX:Tier4InvocationThreshold=50000 | -c ceph.conf migration execute vms/disk",
                "aot | -XX:MaxDirectMemorySize=512m | serve",
                "aot | -XX:MaxDirectMemorySize=512m | nbd serve import --socket x",
                "aot | -XX:MaxDirectMemorySize=512m | migration prepare --listen :0 vms/disk",
            })
    void eachCommandStartsAsItsKindDoes(String cache, String tuning, String command) throws IOException {
        List<String> arguments = arguments(Map.of(), command.split(" "));

        assertThat(arguments).contains(tuning, "-XX:AOTCache=" + cache(cache));
        assertThat(arguments).endsWith(command.split(" "));
    }

    @Test
    void whatAServerRunsStartsFromTheCacheOfClients() throws IOException {
        Programs.require("rbd"); // With it are the libraries, without which this cache is not made.
        Map<String, String> elsewhere =
                Map.of("BERTH_STORE", temp.resolve("elsewhere").toString());
        Berth berth = Berth.in(directory);
        String client = "-XX:AOTCache=" + cache("client.aot");
        assertThat(arguments(Map.of(), "ls")).doesNotContain(client);
        try (BerthProcess server = berth.start("serve")) {
            server.awaitMessage("serving the store");

            assertThat(arguments(Map.of(), "ls")).contains(client);
            assertThat(arguments(Map.of(), "import", "disk.raw", "rbd/disk")).contains(client);
            assertThat(arguments(Map.of(), "serve")).doesNotContain(client);
            assertThat(arguments(elsewhere, "ls")).doesNotContain(client);
            assertThat(arguments(elsewhere, "ls", "--store", berth.store().toString()))
                    .contains(client);
            assertThat(arguments(elsewhere, "--store=" + berth.store(), "ls")).contains(client);
            assertThat(run("ls").out()).isEmpty();
        }
        assertThat(arguments(Map.of(), "ls")).doesNotContain(client);
    }

    @Test
    void aCacheThatCannotBeUsedIsNoReasonForMessages() throws IOException {
        Path cache = cache("quick.aot");
        byte[] good = Files.readAllBytes(cache);
        try {
            for (byte[] bad : List.of(new byte[0], new byte[100], Arrays.copyOf(good, good.length / 2))) {
                Files.write(cache, bad);
                Outcome outcome = run(directory, Map.of(), "ls").succeeded();

                assertThat(outcome.out() + outcome.err()).isEmpty();
            }
        } finally {
            Files.write(cache, good);
        }
    }

    @Test
    void namesAreUtf8InEveryLocale() throws IOException {
        // By a shell, which passes on bytes: in such a locale the machine that runs this test could not say the names.
        Path script = Files.writeString(directory.resolve("script"), """
                set -e
                head -c 4096 /dev/zero >日本.raw
                "$1" import --no-progress 日本.raw rbd/日本
                "$1" create --size 1M rbd/韓國
                "$1" ls
                """);
        ProcessBuilder builder =
                new ProcessBuilder("bash", script.toString(), home + "/berth").directory(directory.toFile());
        builder.environment().put("BERTH_JAVA_HOME", JDK.toString());
        builder.environment().put("BERTH_STORE", directory.resolve("store").toString());
        builder.environment().putAll(Map.of("LC_ALL", "C", "LANG", "C"));

        assertThat(Programs.run(builder).succeeded().out()).isEqualTo("日本\n韓國\n");
    }

    @Test
    void itIsFoundThroughLinksAndFromAnywhere() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), home.resolve("berth"));
        Path second = Files.createSymbolicLink(directory.resolve("second"), Path.of("link"));
        for (Path program : List.of(link, second)) {
            ProcessBuilder builder =
                    new ProcessBuilder("./" + program.getFileName(), "--version").directory(directory.toFile());
            builder.environment().put("BERTH_JAVA_HOME", JDK.toString());

            assertThat(Programs.run(builder).succeeded().out()).startsWith("berth version ");
        }
    }
}
