package berth.source.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.posix.Errno;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SpecParserTest {
    private static final String FILE = "{'type':'file','file_path':'/mnt/image.raw'}";

    private static SourceSpec parse(String json) {
        return new SpecParser(Path.of("/current")).parse(json.replace('\'', '"'));
    }

    private static void refused(String json, Errno errno, String message) {
        assertThatThrownBy(() -> parse(json))
                .as(json)
                .isInstanceOfSatisfying(
                        BlockException.class, e -> assertThat(e.errno()).isEqualTo(errno))
                .hasMessageContaining(message);
    }

    @Test
    void printsAsRbdStatusDoes() {
        assertThat(parse("{ 'type': 'raw', 'stream': {'type':'file', 'file_path':'/mnt/image.raw'} }")
                        .toJson())
                .isEqualTo("{\"stream\":{\"file_path\":\"/mnt/image.raw\",\"type\":\"file\"},\"type\":\"raw\"}");
        assertThat(parse("{'type':'raw','stream':" + FILE + ",'snapshots':[{'type':'raw','name':'snap1','stream':"
                                + FILE + "}]}")
                        .toJson())
                .isEqualTo(
                        "{\"snapshots\":[{\"name\":\"snap1\",\"stream\":{\"file_path\":\"/mnt/image.raw\",\"type\":\"file\"},"
                                + "\"type\":\"raw\"}],\"stream\":{\"file_path\":\"/mnt/image.raw\",\"type\":\"file\"},\"type\":\"raw\"}");
        assertThat(parse("{'type':'native','pool_name':'rbd','image_name':'image1','snap_name':'snap1'}")
                        .toJson())
                .isEqualTo(
                        "{\"image_name\":\"image1\",\"pool_name\":\"rbd\",\"snap_name\":\"snap1\",\"type\":\"native\"}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'type':'raw','stream':{'type':'file','file_path':'/ä \\\\ b'}}",
                "{'type':'qcow','stream':{'type':'file','file_path':'/a'}}",
                "{'type':'qcow','stream':{'type':'file','file_path':'/a'},'backing_format':'raw'}",
                "{'type':'qcow','stream':{'type':'file','file_path':'/a'},'backing_format':['qcow2','raw'],'backing_allow':[]}",
                "{'type':'qcow','stream':{'type':'file','file_path':'/a'},'backing_allow':['/b','c']}",
                "{'type':'native','pool_id':2,'pool_namespace':'','image_name':'i','image_id':'1f','snap_id':7}",
            })
    void whatIsPrintedReadsTheSame(String json) {
        SourceSpec spec = parse(json);
        assertThat(parse(spec.toJson())).isEqualTo(spec);
        assertThat(parse(spec.toJson()).toJson()).isEqualTo(spec.toJson());
    }

    @Test
    void readsOurKeys() {
        QcowSpec spec = (QcowSpec) parse("{'type':'qcow2','stream':{'type':'file','file_path':'a.qcow2'},"
                + "'backing_format':['qcow2','raw'],'backing_allow':['/b','c']}");
        assertThat(spec)
                .isEqualTo(new QcowSpec(
                        new StreamSpec.File(Path.of("/current/a.qcow2")),
                        List.of(DiskFormat.QCOW, DiskFormat.RAW),
                        Optional.of(List.of(Path.of("/b"), Path.of("/current/c")))));
    }

    @Test
    void whatIsNotJsonIsABadMessage() {
        for (String json : List.of("not json", "", "{", "[]", "7", "{} {}", "{'type':'raw','type':'qcow'}")) {
            refused(json, Errno.EBADMSG, "invalid source-spec JSON");
        }
    }

    @Test
    void missingAndWrongKeysAreInvalidAndNamed() {
        refused("{}", Errno.EINVAL, "failed to locate format type value");
        refused("{'stream':" + FILE + "}", Errno.EINVAL, "'type'");
        refused("{'type':7}", Errno.EINVAL, "'type' in the source-spec is not a string");
        refused("{'type':'raw'}", Errno.EINVAL, "failed to locate stream object");
        refused("{'type':'raw','stream':7}", Errno.EINVAL, "'stream' in the source-spec is not an object");
        refused("{'type':'raw','stream':{}}", Errno.EINVAL, "failed to locate stream type value");
        refused("{'type':'raw','stream':{'type':'file'}}", Errno.EINVAL, "'file_path' key");
        refused("{'type':'raw','stream':{'type':'file','file_path':''}}", Errno.EINVAL, "'file_path'");
        refused("{'type':'raw','stream':{'type':'file','file_path':'a\\u0000b'}}", Errno.EINVAL, "'file_path'");
        refused("{'type':'raw','stream':" + FILE + ",'snapshots':{}}", Errno.EINVAL, "'snapshots'");
        refused("{'type':'raw','stream':" + FILE + ",'snapshots':[7]}", Errno.EINVAL, "'snapshots'");
        refused("{'type':'raw','stream':" + FILE + ",'snapshots':[{'type':'raw'}]}", Errno.EINVAL, "stream object");
        refused("{'type':'qcow','stream':" + FILE + ",'backing_allow':'/b'}", Errno.EINVAL, "'backing_allow'");
        refused("{'type':'qcow','stream':" + FILE + ",'backing_format':[7]}", Errno.EINVAL, "'backing_format'");
    }

    @Test
    void unknownTypesAreNotImplemented() {
        refused("{'type':'vmdk','stream':" + FILE + "}", Errno.ENOSYS, "format type 'vmdk'");
        refused("{'type':'raw','stream':{'type':'ftp','url':'x'}}", Errno.ENOSYS, "stream type 'ftp'");
        refused(
                "{'type':'raw','stream':" + FILE + ",'snapshots':[{'type':'qcow','name':'q','stream':" + FILE + "}]}",
                Errno.ENOSYS,
                "'qcow'");
        refused("{'type':'qcow','stream':" + FILE + ",'backing_format':'vmdk'}", Errno.ENOSYS, "'vmdk'");
    }

    @Test
    void nativeKeysAreChecked() {
        refused("{'type':'native','pool_name':'rbd','image_name':'i'}", Errno.EINVAL, "snapshot required");
        refused("{'type':'native','image_name':'i','snap_name':'s'}", Errno.EINVAL, "'pool_name'");
        refused("{'type':'native','pool_name':'rbd','snap_name':'s'}", Errno.EINVAL, "'image_name'");
        refused(
                "{'type':'native','pool_name':'rbd','pool_id':1,'image_name':'i','snap_name':'s'}",
                Errno.EINVAL,
                "cannot specify both pool name and pool id");
        refused(
                "{'type':'native','pool_name':'rbd','image_name':'i','snap_name':'s','snap_id':4}",
                Errno.EINVAL,
                "cannot specify both snap name and snap id");
        refused("{'type':'native','pool_id':'x','image_name':'i','snap_id':1}", Errno.EINVAL, "'pool_id'");
        NativeSpec spec = (NativeSpec) parse("{'type':'native','pool_id':'10','image_name':'i','snap_id':4}");
        assertThat(spec.poolId()).hasValue(10);
        assertThat(spec.snapId()).hasValue(4);
    }

    @Test
    void snapshotsWithoutNamesGetRandomOnes() {
        String unnamed = "{'type':'raw','stream':" + FILE + "}";
        RawSpec spec =
                (RawSpec) parse("{'type':'raw','stream':" + FILE + ",'snapshots':[" + unnamed + "," + unnamed + "]}");
        List<String> names =
                spec.snapshots().stream().map(RawSpec.Snapshot::name).toList();
        assertThat(names).doesNotHaveDuplicates().allSatisfy(name -> UUID.fromString(name));
        assertThat(parse(spec.toJson())).isEqualTo(spec);
    }

    @Test
    void snapshotNamesMustBeFitAndDistinct() {
        String named = "{'type':'raw','name':'a','stream':" + FILE + "}";
        refused(
                "{'type':'raw','stream':" + FILE + ",'snapshots':[" + named + "," + named + "]}",
                Errno.EINVAL,
                "two snapshots");
        refused(
                "{'type':'raw','stream':" + FILE + ",'snapshots':[" + named.replace("'a'", "'a@b'") + "]}",
                Errno.EINVAL,
                "snapshot name");
    }

    @Test
    void unknownKeysAreIgnored() {
        assertThat(parse("{'type':'raw','comment':'x','stream':" + FILE + "}"))
                .isEqualTo(new RawSpec(new StreamSpec.File(Path.of("/mnt/image.raw")), List.of()));
    }

    @Test
    void disksOfInstancesBecomeSpecs() {
        Path disk = Path.of("/instances/1/disk");
        FileDisk qcow =
                new FileDisk(disk, DiskFormat.QCOW, List.of(Path.of("/instances/_base")), List.of(DiskFormat.RAW));
        assertThat(qcow.toSpec().toJson())
                .isEqualTo("{\"backing_allow\":[\"/instances/_base\"],\"backing_format\":\"raw\","
                        + "\"stream\":{\"file_path\":\"/instances/1/disk\",\"type\":\"file\"},\"type\":\"qcow\"}");
        assertThat(new FileDisk(disk, DiskFormat.RAW, List.of(), List.of()).toSpec())
                .isEqualTo(new RawSpec(new StreamSpec.File(disk), List.of()));
    }
}
