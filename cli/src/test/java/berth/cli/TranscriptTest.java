package berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The words, columns, field names and exit statuses of {@code rbd} 16.2.15, as recorded from the real program. */
class TranscriptTest {
    private static final String ID = "[0-9a-f]{6,}";
    private static final String TIME = "[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9]{2} [0-9:]{8} [0-9]{4}";

    @TempDir
    Path temp;

    private Shell shell;

    @BeforeEach
    void start() {
        shell = new Shell(temp);
    }

    @Test
    void listings() {
        shell.quietly("-p images create --size 39 --object-size 8M cirros");
        assertThat(shell.run("-p images snap create cirros@snap")).isEqualTo("Creating snap: 100% complete...done.\n");
        shell.quietly("-p images snap protect cirros@snap");
        assertThat(shell.run("ls images")).isEqualTo("cirros\n");
        assertThat(shell.run("ls -l images")).isEqualTo("""
                NAME         SIZE    PARENT  FMT  PROT  LOCK
                cirros       39 MiB            2           \s
                cirros@snap  39 MiB            2  yes      \s
                """);
        assertThat(shell.run("snap ls images/cirros")).matches("""
                SNAPID  NAME  SIZE    PROTECTED  TIMESTAMP              \s
                 +[0-9]+  snap  39 MiB  yes        %s
                """.formatted(TIME));
        assertThat(shell.run("snap ls --all images/cirros")).matches("""
                SNAPID  NAME  SIZE    PROTECTED  TIMESTAMP                 NAMESPACE
                 +[0-9]+  snap  39 MiB  yes        %s  user    \s
                """.formatted(TIME));
        assertThat(shell.run("ls --format json images")).isEqualTo("[\"cirros\"]\n");
        assertThat(shell.run("ls -l --format json images"))
                .matches("\\[\\{\"image\":\"cirros\",\"id\":\"%s\",\"size\":40894464,\"format\":2},".formatted(ID)
                        + "\\{\"image\":\"cirros\",\"id\":\"%s\",\"snapshot\":\"snap\",\"snapshot_id\":[0-9]+,"
                                .formatted(ID)
                        + "\"size\":40894464,\"format\":2,\"protected\":\"true\"}\\]\n");
        assertThat(shell.run("snap ls --format json images/cirros"))
                .matches("\\[\\{\"id\":[0-9]+,\"name\":\"snap\",\"size\":40894464,\"protected\":\"true\","
                        + "\"timestamp\":\"%s\"}\\]\n".formatted(TIME));
    }

    @Test
    void infoOfImageSnapshotAndClone() {
        shell.quietly("create --size 39 --object-size 8M images/cirros");
        shell.quietly("snap create --no-progress images/cirros@snap");
        shell.quietly("snap protect images/cirros@snap");
        String shape = """
                rbd image '%s':
                	size 39 MiB in 5 objects
                	order 23 \\(8 MiB objects\\)
                	snapshot_count: %d
                	id: %s
                	block_name_prefix: rbd_data.%s
                	format: 2
                	features: .*
                	op_features:\\s
                	flags:\\s
                	create_timestamp: %s
                	access_timestamp: %s
                	modify_timestamp: %s
                """;
        assertThat(shell.run("info images/cirros@snap"))
                .matches(shape.formatted("cirros", 1, ID, ID, TIME, TIME, TIME) + "\tprotected: True\n");
        shell.quietly("clone images/cirros@snap volumes/volume");
        assertThat(shell.run("info volumes/volume"))
                .matches(shape.formatted("volume", 0, ID, ID, TIME, TIME, TIME)
                        + "\tparent: images/cirros@snap\n\toverlap: 39 MiB\n");
        assertThat(shell.run("info --format json images/cirros@snap"))
                .matches("\\{\"name\":\"cirros\",\"id\":\"%s\",\"size\":40894464,\"objects\":5,\"order\":23,"
                                .formatted(ID)
                        + "\"object_size\":8388608,\"snapshot_count\":1,\"block_name_prefix\":\"rbd_data.%s\","
                                .formatted(ID)
                        + "\"format\":2,\"features\":\\[.*],\"op_features\":\\[],\"flags\":\\[],"
                        + "\"create_timestamp\":\"%s\",\"access_timestamp\":\"%s\",\"modify_timestamp\":\"%s\","
                                .formatted(TIME, TIME, TIME)
                        + "\"protected\":\"true\"}\n");
        assertThat(shell.run("info --format json volumes/volume"))
                .contains("\"parent\":{\"pool\":\"images\",\"pool_namespace\":\"\",\"image\":\"cirros\",\"id\":\"")
                .contains("\"snapshot\":\"snap\",\"trash\":false,\"overlap\":40894464}}");
        assertThat(shell.run("children images/cirros@snap")).isEqualTo("volumes/volume\n");
        assertThat(shell.run("children --all images/cirros")).isEqualTo("volumes/volume\n");
        assertThat(shell.run("children --format json images/cirros@snap"))
                .isEqualTo("[{\"pool\":\"volumes\",\"pool_namespace\":\"\",\"image\":\"volume\"}]\n");
        assertThat(shell.run("ls -l volumes")).isEqualTo("""
                NAME    SIZE    PARENT              FMT  PROT  LOCK
                volume  39 MiB  images/cirros@snap    2           \s
                """);
    }

    @Test
    void stripingIsShown() {
        shell.quietly("create --size 32M --object-size 1M --stripe-unit 64K --stripe-count 4 rbd/dp");
        assertThat(shell.run("info rbd/dp"))
                .contains("\tsize 32 MiB in 32 objects\n\torder 20 (1 MiB objects)\n")
                .endsWith("\tstripe unit: 64 KiB\n\tstripe count: 4\n");
    }

    @Test
    void emptyImageAndOddObjectSize() {
        shell.quietly("create --size 0 rbd/zero");
        assertThat(shell.run("info rbd/zero")).contains("\tsize 0 B in 0 objects\n\torder 22 (4 MiB objects)\n");
        shell.quietly("create --size 10 --object-size 5000 rbd/odd");
        assertThat(shell.run("info rbd/odd")).contains("order 12 (4 KiB objects)");
    }

    @Test
    void misuseOfCreate() {
        shell.quietly("create --size 1024 volumes/volume");
        assertThat(shell.run("create --size 1024 volumes/volume"))
                .isEqualTo("berth: create error: (17) File exists\n[exit 17]\n");
        assertThat(shell.run("create rbd/nosize")).isEqualTo("berth: must specify --size <M/G/T>\n[exit 22]\n");
        assertThat(shell.run("create --size 10 'rbd/a@b'"))
                .isEqualTo("berth: snapshot name specified for a command that doesn't use it\n[exit 22]\n");
        assertThat(shell.run("create --size 10 --image-feature bogus rbd/odd"))
                .isEqualTo("berth: the argument for option '--image-feature' is invalid\n[exit 1]\n");
        assertThat(shell.run("create --size ten rbd/odd"))
                .isEqualTo("berth: the argument for option '--size' is invalid\n[exit 1]\n");
        assertThat(shell.run("create --size"))
                .isEqualTo("berth: the required argument for option '--size' is missing\n[exit 1]\n");
        assertThat(shell.run("create --size 1 --bogus x"))
                .isEqualTo("berth: unrecognised option '--bogus'\n[exit 1]\n");
        assertThat(shell.run("create --size 1 x y")).isEqualTo("berth: too many arguments\n[exit 1]\n");
        assertThat(shell.run("create --size 1")).isEqualTo("berth: image name was not specified\n[exit 22]\n");
        assertThat(shell.run("create --size 1 --size 2 x"))
                .isEqualTo("berth: option '--size' cannot be specified more than once\n[exit 1]\n");
        assertThat(shell.run("-p volumes create --new-format --size 1 x"))
                .isEqualTo("berth: --new-format is deprecated, use --image-format 2\n");
    }

    @Test
    void whatIsNotThere() {
        assertThat(shell.run("ls nosuchpool")).isEqualTo("""
                berth: error opening pool 'nosuchpool': (2) No such file or directory
                berth: listing images failed: (2) No such file or directory
                [exit 2]
                """);
        assertThat(shell.run("info images/nosuch"))
                .isEqualTo("berth: error opening image nosuch: (2) No such file or directory\n[exit 2]\n");
        assertThat(shell.run("rm images/nosuch")).isEqualTo("""
                Removing image: 0% complete...failed.
                berth: delete error: (2) No such file or directory
                [exit 2]
                """);
        assertThat(shell.run("snap create rbd/nosuch@s"))
                .isEqualTo("berth: error opening image nosuch: (2) No such file or directory\n[exit 2]\n");
        shell.quietly("create --size 1 volumes/v");
        assertThat(shell.run("snap rm volumes/v@x")).isEqualTo("""
                Removing snap: 0% complete...failed.
                berth: failed to remove snapshot: (2) No such file or directory
                [exit 2]
                """);
        assertThat(shell.run("snap unprotect volumes/v@x"))
                .isEqualTo("berth: unprotecting snap failed: (2) No such file or directory\n[exit 2]\n");
        assertThat(shell.run("snap rollback --no-progress volumes/v@nosuch"))
                .isEqualTo("berth: rollback failed: (2) No such file or directory\n[exit 2]\n");
        assertThat(shell.run("children volumes/v@u")).isEqualTo("berth: snapshot does not exist.\n[exit 2]\n");
    }

    @Test
    void snapshotsThatCannotGo() {
        shell.quietly("create --size 8M images/a");
        shell.quietly("snap create --no-progress images/a@snap");
        assertThat(shell.run("snap create images/a@snap")).isEqualTo("""
                Creating snap: 0% complete...failed.
                berth: failed to create snapshot: (17) File exists
                [exit 17]
                """);
        assertThat(shell.run("clone images/a@snap volumes/c"))
                .startsWith("berth: clone error: (22) Invalid argument\n  ")
                .endsWith("[exit 22]\n");
        shell.quietly("snap protect images/a@snap");
        assertThat(shell.run("snap protect images/a@snap")).isEqualTo("berth: snap is already protected\n[exit 16]\n");
        shell.quietly("clone images/a@snap volumes/c");
        assertThat(shell.run("snap rm images/a@snap")).isEqualTo("""
                Removing snap: 0% complete...failed.
                berth: snapshot 'snap' is protected from removal.
                [exit 16]
                """);
        assertThat(shell.run("snap unprotect images/a@snap"))
                .startsWith("berth: unprotecting snap failed: (16) Device or resource busy\n")
                .contains("volumes/c")
                .endsWith("[exit 16]\n");
        assertThat(shell.run("rm images/a")).matches("""
                Removing image: 0% complete...failed.
                berth: image has snapshots - these must be deleted with 'berth snap purge' before the image can be removed.
                  .*
                \\[exit 39]
                """);
        assertThat(shell.run("snap purge images/a")).isEqualTo("""
                berth: error removing snapshot(s) 'snap', which is protected - these must be unprotected with `berth snap unprotect`.
                Removing all snapshots: 0% complete...failed.
                """);
        assertThat(shell.run("flatten volumes/c")).isEqualTo("Image flatten: 100% complete...done.\n");
        shell.quietly("snap unprotect images/a@snap");
        assertThat(shell.run("snap unprotect images/a@snap"))
                .isEqualTo("berth: snap is already unprotected\n[exit 22]\n");
        assertThat(shell.run("snap purge images/a")).isEqualTo("Removing all snapshots: 100% complete...done.\n");
        assertThat(shell.run("rm images/a")).isEqualTo("Removing image: 100% complete...done.\n");
    }

    @Test
    void resizing() {
        shell.quietly("create --size 1G volumes/v");
        assertThat(shell.run("resize --size 100 volumes/v"))
                .isEqualTo("berth: shrinking an image is only allowed with the --allow-shrink flag\n[exit 22]\n");
        assertThat(shell.run("resize --size 100 --allow-shrink volumes/v"))
                .isEqualTo("Resizing image: 100% complete...done.\n");
        shell.quietly("resize --no-progress --size 1G volumes/v");
        assertThat(shell.run("info volumes/v")).contains("size 1 GiB in 256 objects");
        assertThat(shell.run("resize --size 2G volumes/v@s"))
                .isEqualTo("berth: snapshot name specified for a command that doesn't use it\n[exit 22]\n");
    }

    @Test
    void renaming() {
        shell.quietly("create --size 1 vms/a").quietly("mv vms/a vms/b").quietly("rename --pool vms b --dest c");
        assertThat(shell.run("ls vms")).isEqualTo("c\n");
        assertThat(shell.run("mv vms/c volumes/c")).startsWith("""
                berth: mv/rename across pools not supported
                source pool: vms dest pool: volumes
                """).endsWith("[exit 22]\n");
        shell.quietly("snap create --no-progress vms/c@a").quietly("snap rename vms/c@a vms/c@b");
        assertThat(shell.run("snap ls --format json vms/c")).contains("\"name\":\"b\"");
    }

    @Test
    void usage() {
        shell.quietly("create --size 64M rbd/t");
        assertThat(shell.run("du rbd/t")).isEqualTo("""
                NAME  PROVISIONED  USED
                t          64 MiB   0 B
                """);
        shell.quietly("snap create --no-progress rbd/t@s");
        assertThat(shell.run("du rbd/t")).isEqualTo("""
                NAME     PROVISIONED  USED
                t@s           64 MiB   0 B
                t             64 MiB   0 B
                <TOTAL>       64 MiB   0 B
                """);
        assertThat(shell.run("du --format json rbd/t"))
                .matches(("\\{\"images\":\\[\\{\"name\":\"t\",\"id\":\"%s\",\"snapshot\":\"s\",\"snapshot_id\":[0-9]+,"
                                + "\"provisioned_size\":67108864,\"used_size\":0},\\{\"name\":\"t\",\"id\":\"%s\","
                                + "\"provisioned_size\":67108864,\"used_size\":0}],"
                                + "\"total_provisioned_size\":67108864,\"total_used_size\":0}\n")
                        .formatted(ID, ID));
    }

    @Test
    void prettyJsonIsIndentedByFour() {
        shell.quietly("create --size 1 rbd/t");
        assertThat(shell.run("ls --format json --pretty-format rbd")).isEqualTo("[\n    \"t\"\n]\n");
        assertThat(shell.run("info --format json --pretty-format rbd/t"))
                .startsWith("{\n    \"name\": \"t\",\n    \"id\": \"")
                .contains("\n    \"op_features\": [],\n");
    }

    @Test
    void poolsAreBerthsOwn() {
        shell.quietly("pool create extra");
        assertThat(shell.run("pool ls")).contains("extra\n");
        assertThat(shell.run("pool create extra")).startsWith("berth: creating pool failed: (17) File exists\n");
        shell.quietly("create --size 1 extra/x");
        assertThat(shell.run("pool rm extra"))
                .startsWith("berth: removing pool failed: (39) Directory not empty\n")
                .endsWith("[exit 39]\n");
        shell.quietly("rm --no-progress extra/x").quietly("pool rm extra");
        assertThat(shell.run("pool rm extra"))
                .isEqualTo("berth: error opening pool 'extra': (2) No such file or directory\n[exit 2]\n");
    }

    @Test
    void wordsThatCallNoCommand() {
        assertThat(shell.run("migrations"))
                .isEqualTo("berth: unknown command 'migrations': see 'berth help'\n[exit 1]\n");
        assertThat(shell.run("snap"))
                .startsWith("berth: unknown command 'snap': there are snap create, snap list")
                .endsWith("[exit 1]\n");
        assertThat(shell.run("ls a/b/c/d")).startsWith("berth: invalid pool name 'a/b/c/d'");
        assertThat(shell.run("info a/ns/b")).contains("no namespaces").endsWith("[exit 95]\n");
        assertThat(shell.run("info rbd/disk@a/b")).isEqualTo("berth: invalid spec 'rbd/disk@a/b'\n[exit 22]\n");
        assertThat(shell.run("info a/b@")).isEqualTo("berth: invalid spec 'a/b@'\n[exit 22]\n");
        assertThat(shell.run("ls --format yaml"))
                .isEqualTo("berth: the argument for option '--format' is invalid\n[exit 1]\n");
    }

    @Test
    void strangeNamesStayWhole() {
        String name = "ü ${sys:user.name} %s @".replace("@", "").strip();
        shell.quietly("create --size 1 'rbd/" + name + "'");
        assertThat(shell.run("ls")).isEqualTo(name + "\n");
        String longName = "n".repeat(300);
        shell.quietly("create --size 1 rbd/" + longName);
        assertThat(shell.run("ls")).contains(longName);
        assertThat(shell.run("create --size 1 rbd/" + "n".repeat(5000))).endsWith("[exit 22]\n");
    }
}
