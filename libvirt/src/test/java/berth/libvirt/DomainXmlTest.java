package berth.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.block.Problem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class DomainXmlTest {
    private static final NbdExport EXPORT =
            new NbdExport("vms/x_disk", new NbdExport.UnixSocket(Path.of("/run/berth/nbd.sock")));

    private static final RbdVolume VOLUME = new RbdVolume(
            "vms/x_disk",
            "cinder",
            UUID.fromString("4810c760-dc42-4e5f-9d41-7346db7d7da2"),
            List.of(new RbdVolume.Monitor("172.16.206.16", 6789), new RbdVolume.Monitor("fd00::1", 3300)));

    @Test
    void novaDomainChangesInItsDiskOnly() {
        DomainXml domain = DomainXml.read(Samples.DOMAIN);

        assertThat(domain.uuid()).contains(Samples.UUID_OF_INSTANCE);
        assertThat(domain.name()).isEqualTo("instance-0000004e");
        assertThat(domain.disks())
                .containsExactly(new DomainDisk(
                        "file",
                        "disk",
                        Optional.of("qcow2"),
                        Optional.of("/var/lib/nova/instances/" + Samples.UUID_OF_INSTANCE + "/disk"),
                        List.of(),
                        "vda",
                        Optional.of("virtio"),
                        false,
                        Optional.empty()));
        assertThat(domain.withDisk("vda", EXPORT).toXml())
                .isEqualTo(Samples.domainText()
                        .replace("""
                            <disk type="file" device="disk">
                              <driver name="qemu" type="qcow2" cache="none"/>
                              <source file="/var/lib/nova/instances/%s/disk"/>
                        """.formatted(Samples.UUID_OF_INSTANCE).indent(0), """
                            <disk type="network" device="disk">
                              <driver name="qemu" type="raw" cache="none" discard="unmap"/>
                              <source protocol="nbd" name="vms/x_disk">
                                <host transport="unix" socket="/run/berth/nbd.sock"/>
                              </source>
                        """));
    }

    @Test
    void diskOnCephIsThatOfNovaOnRbdAndTheRestStays() {
        DomainXml domain = DomainXml.read(Samples.DOMAIN);

        assertThat(domain.withDisk("vda", VOLUME).toXml())
                .isEqualTo(Samples.domainText()
                        .replace("""
                            <disk type="file" device="disk">
                              <driver name="qemu" type="qcow2" cache="none"/>
                              <source file="/var/lib/nova/instances/%s/disk"/>
                        """.formatted(Samples.UUID_OF_INSTANCE).indent(0), """
                            <disk type="network" device="disk">
                              <driver name="qemu" type="raw" cache="writeback" discard="unmap"/>
                              <auth username="cinder">
                                <secret type="ceph" uuid="4810c760-dc42-4e5f-9d41-7346db7d7da2"/>
                              </auth>
                              <source protocol="rbd" name="vms/x_disk">
                                <host name="172.16.206.16" port="6789"/>
                                <host name="fd00::1" port="3300"/>
                              </source>
                        """));
    }

    @Test
    void copyUnderWayIsSeen() {
        DomainDisk disk = parse("""
                <domain><devices><disk type='file' device='disk'><source file='/i/disk'/>
                  <mirror type='network' job='copy' ready='yes'><format type='raw'/>
                    <source protocol='rbd' name='vms/x_disk'><host name='a' port='1'/></source></mirror>
                  <target dev='vda'/></disk></devices></domain>
                """).disks().getFirst();

        assertThat(disk.mirror()).contains(new DomainDisk.Mirror(Optional.of("rbd:vms/x_disk"), true));
        assertThat(disk.source()).contains("/i/disk");
    }

    @Test
    void volumesAreChecked() {
        UUID secret = new UUID(1, 2);
        List<RbdVolume.Monitor> monitors = List.of(new RbdVolume.Monitor("::1", 3300));
        assertRefused(() -> new RbdVolume("disk", "u", secret, monitors), Problem.INVALID_ARGUMENT, "pool/image");
        assertRefused(() -> new RbdVolume("a/b", "", secret, monitors), Problem.INVALID_ARGUMENT, "needs a user");
        assertRefused(() -> new RbdVolume("a/b", "u", secret, List.of()), Problem.INVALID_ARGUMENT, "a monitor");
        assertRefused(() -> new RbdVolume.Monitor("[::1]", 3300), Problem.INVALID_ARGUMENT, "[::1]");
        assertRefused(() -> new RbdVolume.Monitor("a", 0), Problem.INVALID_ARGUMENT, "port 0");
    }

    @Test
    void unchangedDomainIsWrittenAsItWasRead() {
        assertThat(DomainXml.read(Samples.DOMAIN).toXml()).isEqualTo(Samples.domainText());
    }

    @Test
    void newStyleDomainKeepsWhatTheGuestSees() {
        DomainXml domain = parse("""
                <!--
                WARNING: THIS IS AN AUTO-GENERATED FILE.
                -->
                <domain type='kvm' id='3' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
                  <name>i</name>
                  <devices>
                    <!-- root -->
                    <disk type='file' device='disk'>
                      <driver name='qemu' type='qcow2' cache='writeback' io='native' iothread='1' discard='ignore'/>
                      <source file='/i/disk' index='2'/>
                      <backingStore type='file' index='3'>
                        <format type='raw'/>
                        <source file='/i/_base/0'/>
                        <backingStore/>
                      </backingStore>
                      <target dev='vda' bus='virtio'/>
                      <serial>abc</serial>
                      <boot order='1'/>
                      <alias name='virtio-disk0'/>
                      <address type='pci' domain='0x0000' bus='0x04' slot='0x00' function='0x0'/>
                    </disk>
                    <disk type='file' device='cdrom'>
                      <source file='/i/disk.config'/>
                      <target dev='sda' bus='sata'/>
                      <readonly/>
                    </disk>
                  </devices>
                  <qemu:commandline><qemu:arg value='a&amp;"b"'/></qemu:commandline>
                </domain>
                """);

        assertThat(domain.withDisk("vda", EXPORT)
                        .withDisk("sda", new NbdExport("vms/c", new NbdExport.Tcp("10.0.0.1", 10809)))
                        .toXml())
                .isEqualTo("""
                        <!--
                        WARNING: THIS IS AN AUTO-GENERATED FILE.
                        -->
                        <domain type="kvm" id="3" xmlns:qemu="http://libvirt.org/schemas/domain/qemu/1.0">
                          <name>i</name>
                          <devices>
                            <!-- root -->
                            <disk type="network" device="disk">
                              <driver name="qemu" type="raw" cache="none" iothread="1" discard="unmap"/>
                              <source protocol="nbd" name="vms/x_disk">
                                <host transport="unix" socket="/run/berth/nbd.sock"/>
                              </source>
                              <target dev="vda" bus="virtio"/>
                              <serial>abc</serial>
                              <boot order="1"/>
                              <alias name="virtio-disk0"/>
                              <address type="pci" domain="0x0000" bus="0x04" slot="0x00" function="0x0"/>
                            </disk>
                            <disk type="network" device="cdrom">
                              <driver name="qemu" type="raw" cache="none"/>
                              <source protocol="nbd" name="vms/c">
                                <host name="10.0.0.1" port="10809"/>
                              </source>
                              <target dev="sda" bus="sata"/>
                              <readonly/>
                            </disk>
                          </devices>
                          <qemu:commandline><qemu:arg value="a&amp;&quot;b&quot;"/></qemu:commandline>
                        </domain>
                        """);
    }

    @Test
    void diskThatIsNotThereOrNoFileIsRefused() {
        DomainXml domain = parse("""
                <domain><name>n</name><devices>
                <disk type='network'><source protocol='rbd' name='vms/a'/><target dev='vda'/></disk>
                <disk type='file' device='cdrom'><target dev='sda'/></disk>
                <disk type='file'><source file='/d'><encryption format='luks'/></source><target dev='vdb'/></disk>
                </devices></domain>
                """);

        assertRefused(() -> domain.withDisk("vdx", EXPORT), Problem.INVALID_ARGUMENT, "no disk vdx");
        assertRefused(() -> domain.withDisk("vda", EXPORT), Problem.INVALID_ARGUMENT, "its type is network");
        assertRefused(() -> domain.withDisk("sda", EXPORT), Problem.INVALID_ARGUMENT, "0 sources");
        assertRefused(() -> domain.withDisk("vdb", EXPORT), Problem.UNSUPPORTED, "encrypted");
        assertThat(domain.disks().getFirst().source()).contains("rbd:vms/a");
    }

    @Test
    void documentTypeIsRefusedBeforeAnythingIsExpandedOrOpened() {
        assertRefused(
                () -> parse("<!DOCTYPE domain [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><domain>&x;</domain>"),
                Problem.MALFORMED,
                "DOCTYPE");
        assertRefused(
                () -> parse("<!DOCTYPE domain SYSTEM 'http://127.0.0.1:1/x.dtd'><domain/>"),
                Problem.MALFORMED,
                "DOCTYPE");
    }

    @Test
    void boundsAreKept() {
        assertRefused(
                () -> parse("<domain>" + " ".repeat(XmlReader.MAX_BYTES) + "</domain>"), Problem.MALFORMED, "allowed");
        assertRefused(
                () -> parse("<domain>".repeat(XmlReader.MAX_DEPTH + 1)), Problem.MALFORMED, "nested more than 64");
        assertRefused(
                () -> parse("<domain>" + "<a/>".repeat(XmlReader.MAX_NODES) + "</domain>"),
                Problem.MALFORMED,
                "more than 50000 parts");
    }

    @Test
    void xmlOfALaterVersionIsRefusedForItsCharactersCannotBeWrittenAgain() {
        assertRefused(
                () -> parse("<?xml version=\"1.1\"?><domain><title>&#12;</title></domain>"),
                Problem.MALFORMED,
                "cannot read it: it is XML 1.1; libvirt's is XML 1.0");
    }

    @Test
    void whatIsNoDomainIsRefused() {
        assertRefused(() -> parse("<network/>"), Problem.MALFORMED, "root element is <network>");
        assertRefused(() -> parse("<domain>"), Problem.MALFORMED, "line 1");
        assertRefused(() -> parse(""), Problem.MALFORMED, "cannot read it");
        assertThat(parse("<domain><uuid>1-1-1-1-1</uuid></domain>").uuid()).isEmpty();
        assertThat(parse("<domain><uuid>\n 49704562-E043-47fa-affb-b4e9f1ff1359 </uuid></domain>")
                        .uuid())
                .contains(UUID.fromString("49704562-e043-47fa-affb-b4e9f1ff1359"));
    }

    @Test
    void exportNamesAndSocketsAreChecked() {
        assertRefused(() -> new NbdExport("", EXPORT.server()), Problem.INVALID_ARGUMENT, "4096");
        assertRefused(
                () -> new NbdExport.UnixSocket(Path.of("nbd.sock")), Problem.INVALID_ARGUMENT, "must be absolute");
        assertRefused(() -> new NbdExport.Tcp("h", 65_536), Problem.INVALID_ARGUMENT, "65536");
    }

    private static DomainXml parse(String xml) {
        return DomainXml.parse(xml.getBytes(StandardCharsets.UTF_8), "it");
    }

    private static void assertRefused(Runnable call, Problem problem, String message) {
        assertThatThrownBy(call::run).isInstanceOfSatisfying(BlockException.class, e -> {
            assertThat(e.problem()).isEqualTo(problem);
            assertThat(e).hasMessageContaining(message);
        });
    }
}
