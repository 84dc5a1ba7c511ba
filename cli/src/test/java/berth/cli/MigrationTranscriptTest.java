package berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Access;
import berth.block.Image;
import berth.block.ImageSpec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Live migration as {@code rbd} 16.2.15 was recorded doing it, over the local store. */
class MigrationTranscriptTest {
    private static final String ID = "[0-9a-f]{6,}";

    @TempDir
    Path temp;

    private Shell shell;
    private byte[] disk;

    @BeforeEach
    void start() throws Exception {
        shell = Shell.local(temp);
        disk = new byte[16 << 20];
        new Random(4).nextBytes(disk);
        Arrays.fill(disk, 4 << 20, 8 << 20, (byte) 0);
        Files.write(temp.resolve("raw.img"), disk);
    }

    @AfterEach
    void stop() {
        shell.close();
    }

    private void makeSource() {
        shell.quietly("import --no-progress raw.img rbd/migration_source");
        shell.quietly("snap create --no-progress rbd/migration_source@s1");
    }

    private String spec() {
        return "'{\"type\":\"raw\",\"stream\":{\"type\":\"file\",\"file_path\":\"" + temp.resolve("raw.img") + "\"}}'";
    }

    @Test
    void prepareIsRefusedWithTheReason() {
        makeSource();
        shell.quietly("create --size 1 rbd/taken");
        assertThat(shell.run("migration prepare")).isEqualTo("berth: image name was not specified\n[exit 22]\n");
        assertThat(shell.run("migration prepare rbd/nosuch rbd/x"))
                .isEqualTo("berth: preparing migration failed: (2) No such file or directory\n[exit 2]\n");
        assertThat(shell.run("migration prepare rbd/migration_source nosuchpool/x"))
                .isEqualTo("berth: error opening pool 'nosuchpool': (2) No such file or directory\n[exit 2]\n");
        assertThat(shell.run("migration prepare rbd/migration_source@s1 rbd/x"))
                .isEqualTo("berth: snapshot name specified for a command that doesn't use it\n[exit 22]\n");
        assertThat(shell.run("migration prepare rbd/migration_source rbd/taken"))
                .startsWith("berth: preparing migration failed: (17) File exists\n")
                .endsWith("[exit 17]\n");
        try (Image _ = shell.store().open(new ImageSpec("rbd", "migration_source"), Access.READ_WRITE)) {
            assertThat(shell.run("status rbd/migration_source"))
                    .matches("Watchers:\n\twatcher=\\S+ client\\.[0-9]+ cookie=[0-9]+\n");
            assertThat(shell.run("migration prepare rbd/migration_source rbd/migration_target"))
                    .startsWith("berth: preparing migration failed: (16) Device or resource busy\n")
                    .endsWith("[exit 16]\n");
        }
        assertThat(shell.run("status rbd/migration_source")).isEqualTo("Watchers: none\n");
    }

    @Test
    void prepareExecuteCommit() {
        makeSource();
        shell.quietly("migration prepare rbd/migration_source rbd/migration_target");
        assertThat(shell.run("status rbd/migration_target")).matches("""
                Watchers: none
                Migration:
                	source: rbd/migration_source \\(%s\\)
                	destination: rbd/migration_target \\(%s\\)
                	state: prepared
                """.formatted(ID, ID));
        assertThat(shell.run("status --format json rbd/migration_target"))
                .matches(("\\{\"watchers\":\\[],\"migration\":\\{\"source_pool_name\":\"rbd\","
                                + "\"source_pool_namespace\":\"\",\"source_image_name\":\"migration_source\","
                                + "\"source_image_id\":\"%s\",\"dest_pool_name\":\"rbd\",\"dest_pool_namespace\":\"\","
                                + "\"dest_image_name\":\"migration_target\",\"dest_image_id\":\"%s\","
                                + "\"state\":\"prepared\",\"state_description\":\"\"}}\n")
                        .formatted(ID, ID));
        assertThat(shell.run("info rbd/migration_target")).contains("migrating");
        assertThat(shell.run("info rbd/migration_source"))
                .isEqualTo("berth: error opening image migration_source: (2) No such file or directory\n[exit 2]\n");
        assertThat(shell.run("ls rbd")).isEqualTo("migration_target\n");
        assertThat(shell.run("trash ls rbd")).isEmpty();
        assertThat(shell.run("trash ls --all")).matches(ID + " migration_source\n");
        assertThat(shell.run("trash ls --all -l rbd")).matches("""
                ID            NAME              SOURCE     DELETED_AT                STATUS                               PARENT
                %s  migration_source  MIGRATION  .{24}  expired at .{24}       \s
                """.formatted(ID));
        String trash = shell.run("trash ls --all");
        String id = trash.substring(0, trash.indexOf(' '));
        assertThat(shell.run("info --pool rbd --image-id " + id)).startsWith("rbd image 'migration_source':\n");
        assertThat(shell.run("rm rbd/migration_target")).startsWith("""
                Removing image: 0% complete...failed.
                berth: error: image still has watchers
                """).endsWith("[exit 16]\n");
        assertThat(shell.run("migration commit rbd/migration_target"))
                .startsWith("""
                        Commit image migration: 0% complete...failed.
                        berth: committing migration failed: (22) Invalid argument
                        """)
                .contains("prepared")
                .endsWith("[exit 22]\n");
        assertThat(shell.run("migration execute rbd/migration_target"))
                .isEqualTo("Image migration: 100% complete...done.\n");
        assertThat(shell.run("status rbd/migration_target")).endsWith("\tstate: executed\n");
        assertThat(shell.run("migration execute rbd/migration_target"))
                .startsWith("""
                        Image migration: 0% complete...failed.
                        berth: migration failed: (22) Invalid argument
                        """)
                .contains("executed")
                .endsWith("[exit 22]\n");
        assertThat(shell.run("migration commit rbd/migration_target"))
                .isEqualTo("Commit image migration: 100% complete...done.\n");
        assertThat(shell.run("status rbd/migration_target")).isEqualTo("Watchers: none\n");
        assertThat(shell.run("trash list --all")).isEmpty();
        shell.run("export --no-progress rbd/migration_target@s1 -");
        assertThat(shell.output()).isEqualTo(disk);
    }

    @Test
    void whatDoesNotMigrate() {
        makeSource();
        assertThat(shell.run("migration commit rbd/migration_source"))
                .startsWith("berth: getting migration status failed: (22) Invalid argument\n")
                .endsWith("[exit 22]\n");
        assertThat(shell.run("migration execute rbd/migration_source"))
                .startsWith("""
                Image migration: 0% complete...failed.
                berth: migration failed: (22) Invalid argument
                """)
                .endsWith("[exit 22]\n");
        assertThat(shell.run("migration abort rbd/migration_source"))
                .startsWith("""
                Abort image migration: 0% complete...failed.
                berth: aborting migration failed: (22) Invalid argument
                """)
                .endsWith("[exit 22]\n");
        assertThat(shell.run("migration execute rbd/nosuch")).isEqualTo("""
                Image migration: 0% complete...failed.
                berth: migration failed: (2) No such file or directory
                [exit 2]
                """);
    }

    @Test
    void abortGivesTheSourceBackWithWhatWasWritten() {
        makeSource();
        shell.quietly("migration prepare rbd/migration_source vms/t");
        byte[] written = new byte[8192];
        Arrays.fill(written, (byte) 9);
        try (Image target = shell.store().open(new ImageSpec("vms", "t"), Access.READ_WRITE)) {
            target.write(5 << 20, ByteBuffer.wrap(written));
            assertThat(shell.run("migration abort vms/t")).startsWith("""
                    Abort image migration: 0% complete...failed.
                    berth: aborting migration failed: (16) Device or resource busy
                    """).endsWith("[exit 16]\n");
        }
        assertThat(shell.run("migration abort vms/t")).isEqualTo("Abort image migration: 100% complete...done.\n");
        assertThat(shell.run("ls rbd")).isEqualTo("migration_source\n");
        System.arraycopy(written, 0, disk, 5 << 20, written.length);
        shell.run("export --no-progress rbd/migration_source -");
        assertThat(shell.output()).isEqualTo(disk);
    }

    @Test
    void childrenAreNamedAndNeedForce() {
        makeSource();
        shell.quietly("snap protect rbd/migration_source@s1");
        shell.quietly("clone rbd/migration_source@s1 vms/kid").quietly("clone rbd/migration_source@s1 vms/kid2");
        shell.quietly("migration prepare rbd/migration_source volumes/par");
        assertThat(shell.run("info vms/kid")).contains("\tparent: volumes/par@s1\n");
        shell.quietly("migration execute --no-progress volumes/par");
        assertThat(shell.run("migration commit volumes/par")).isEqualTo("""
                berth: the image has descendants:\s
                  vms/kid
                  vms/kid2
                Warning: in-use, read-only descendant images will not detect the parent update.
                Ensure no descendant images are opened read-only and run again with force flag.
                [exit 16]
                """);
        assertThat(shell.run("migration commit --force volumes/par")).isEqualTo("""
                berth: the image has descendants:\s
                  vms/kid
                  vms/kid2
                Warning: in-use, read-only descendant images will not detect the parent update.
                Proceeding anyway due to force flag set.
                Commit image migration: 100% complete...done.
                """);
        assertThat(shell.run("children volumes/par@s1")).isEqualTo("vms/kid\nvms/kid2\n");
    }

    @Test
    void anotherLayoutInPlace() {
        makeSource();
        shell.quietly("migration prepare --object-size 1M --stripe-unit 1M --stripe-count 1 rbd/migration_source");
        shell.quietly("migration execute --no-progress rbd/migration_source");
        shell.quietly("migration commit --no-progress rbd/migration_source");
        assertThat(shell.run("info rbd/migration_source"))
                .contains("size 16 MiB in 16 objects\n\torder 20 (1 MiB objects)");
    }

    @Test
    void importOnlyFromAFile() throws Exception {
        shell.quietly("migration prepare --import-only --source-spec " + spec() + " vms/t");
        String canonical =
                "{\"stream\":{\"file_path\":\"" + temp.resolve("raw.img") + "\",\"type\":\"file\"},\"type\":\"raw\"}";
        assertThat(shell.run("status vms/t"))
                .contains("\tsource: " + canonical + "\n")
                .endsWith("\tstate: prepared\n");
        assertThat(shell.run("status --format json vms/t"))
                .contains("\"source_spec\":\"" + canonical.replace("\"", "\\\"") + "\",\"dest_pool_name\":\"vms\"");
        shell.run("export --no-progress vms/t -");
        assertThat(shell.output()).isEqualTo(disk);
        shell.quietly("migration execute --no-progress --bandwidth 1G vms/t");
        assertThat(shell.run("migration abort vms/t")).isEqualTo("Abort image migration: 100% complete...done.\n");
        assertThat(shell.run("ls vms")).isEmpty();
        Files.writeString(temp.resolve("spec.json"), spec().replace("'", ""));
        shell.quietly("migration prepare --import-only --source-spec-path spec.json --object-size 8M vms/t");
        shell.quietly("migration execute --no-progress vms/t").quietly("migration commit --no-progress vms/t");
        shell.input(spec().replace("'", "").getBytes(StandardCharsets.UTF_8));
        shell.quietly("migration prepare --import-only --source-spec-path - vms/u");
        shell.run("export --no-progress vms/t -");
        assertThat(shell.output()).isEqualTo(disk);
    }

    @Test
    void misuseOfImportOnly() {
        String[][] cases = {
            {"--source-spec '{}' rbd/t", "(22) Invalid argument", "22"},
            {"--source-spec 'not json' rbd/t", "(74) Bad message", "74"},
            {"--source-spec '{\"type\":\"raw\"}' rbd/t", "(22) Invalid argument", "22"},
            {
                "--source-spec '{\"type\":\"vmdk\",\"stream\":{\"type\":\"file\",\"file_path\":\"/x\"}}' rbd/t",
                "(38) Function not implemented",
                "38"
            },
            {
                "--source-spec '{\"type\":\"raw\",\"stream\":{\"type\":\"file\",\"file_path\":\"/nosuch\"}}' rbd/t",
                "(2) No such file or directory",
                "2"
            },
            {
                "--source-spec '{\"type\":\"native\",\"pool_name\":\"rbd\",\"image_name\":\"nosuch\",\"snap_name\":\"x\"}' rbd/t",
                "(2) No such file or directory",
                "2"
            },
        };
        for (String[] c : cases) {
            assertThat(shell.run("migration prepare --import-only " + c[0]))
                    .as(c[0])
                    .startsWith("berth: preparing import migration failed: " + c[1] + "\n")
                    .endsWith("[exit " + c[2] + "]\n");
        }
        assertThat(shell.run("migration prepare --import-only rbd/t"))
                .isEqualTo("berth: snapshot name was not specified\n[exit 22]\n");
        assertThat(shell.run("migration prepare --source-spec-path spec.json rbd/t"))
                .isEqualTo(
                        "berth: --import-only must be used in combination with source-spec/source-spec-path\n[exit 22]\n");
        assertThat(shell.run("migration prepare --import-only --source-spec-path nosuch.json rbd/t"))
                .isEqualTo("berth: error opening nosuch.json\n[exit 2]\n");
        assertThat(shell.run("migration prepare --import-only --source-spec '{}' --source-spec-path x rbd/t"))
                .isEqualTo("berth: cannot specify both source-spec and source-spec-path\n[exit 22]\n");
        assertThat(shell.run("migration prepare --import-only --source-spec " + spec() + " nosuchpool/t"))
                .isEqualTo("berth: error opening pool 'nosuchpool': (2) No such file or directory\n[exit 2]\n");
        assertThat(shell.run("ls rbd")).isEmpty();
    }

    @Test
    void importOnlyOfASnapshotBringsTheOlderOnesAlong() {
        makeSource();
        try (Image source = shell.store().open(new ImageSpec("rbd", "migration_source"), Access.READ_WRITE)) {
            source.write(4 << 20, ByteBuffer.wrap(new byte[] {1, 2, 3}));
        }
        shell.quietly("snap create --no-progress rbd/migration_source@s2");
        shell.quietly("resize --no-progress --size 20M rbd/migration_source");
        shell.quietly("snap create --no-progress rbd/migration_source@s3");
        shell.quietly("migration prepare --import-only rbd/migration_source@s2 vms/t");
        assertThat(shell.run("status vms/t"))
                .contains(
                        "\tsource: {\"image_name\":\"migration_source\",\"pool_name\":\"rbd\",\"snap_name\":\"s2\",\"type\":\"native\"}\n");
        shell.quietly("migration execute --no-progress vms/t").quietly("migration commit --no-progress vms/t");
        assertThat(shell.run("snap ls vms/t")).contains(" s1 ", " s2 ").doesNotContain(" s3 ");
        shell.run("export --no-progress vms/t@s1 -");
        assertThat(shell.output()).isEqualTo(disk);
        disk[4 << 20] = 1;
        disk[(4 << 20) + 1] = 2;
        disk[(4 << 20) + 2] = 3;
        shell.run("export --no-progress vms/t -");
        assertThat(shell.output()).isEqualTo(disk);
    }

    @Test
    void aDryRunChangesNothingAndNamesAllProblems() {
        makeSource();
        assertThat(shell.run("migration prepare --dry-run rbd/migration_source vms/t"))
                .contains("vms/t");
        assertThat(shell.run("migration prepare --dry-run --format json rbd/migration_source vms/t"))
                .contains("\"problems\"");
        try (Image _ = shell.store().open(new ImageSpec("rbd", "migration_source"), Access.READ_WRITE)) {
            shell.quietly("create --size 1 vms/t");
            assertThat(shell.run("migration prepare --dry-run rbd/migration_source vms/t"))
                    .contains("vms/t", "rbd/migration_source")
                    .endsWith("[exit 16]\n");
        }
        assertThat(shell.run("trash ls --all")).isEmpty();
        assertThat(shell.run("check")).isEqualTo("No damage found.\n");
    }
}
