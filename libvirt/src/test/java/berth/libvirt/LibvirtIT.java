package berth.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What libvirt's own tools say. */
class LibvirtIT {
    private static final Path VALIDATE = Path.of("/usr/bin/virt-xml-validate");
    /** The domain that libvirt's built-in test driver starts with. */
    private static final UUID TEST_DOMAIN = UUID.fromString("6695eb01-f6a4-8304-79aa-97f2502e193f");

    @TempDir
    Path temp;

    @Test
    void rewrittenDomainsAreValidByLibvirtsSchema() throws Exception {
        assumeTrue(Files.isExecutable(VALIDATE), "virt-xml-validate (libvirt-clients) is not installed");
        DomainXml domain = DomainXml.read(Samples.DOMAIN);
        NbdExport.Server socket = new NbdExport.UnixSocket(Path.of("/run/berth/nbd.sock"));
        NbdExport.Server port = new NbdExport.Tcp("10.88.0.1", 10_809);

        for (NbdExport.Server server : new NbdExport.Server[] {socket, port}) {
            Path file = temp.resolve("domain.xml");
            Files.writeString(
                    file,
                    domain.withDisk("vda", new NbdExport("vms/a_disk", server)).toXml());
            assertThat(Programs.run(VALIDATE.toString(), file.toString(), "domain"))
                    .contains("validates");
        }
    }

    @Test
    void libvirtTakesARewrittenDomainAndAttachesItsDisk() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/virsh")), "virsh (libvirt-clients) is not installed");
        Path file = temp.resolve("domain.xml");
        NbdExport export = new NbdExport("vms/a_disk", new NbdExport.UnixSocket(Path.of("/run/berth/nbd.sock")));
        String xml = DomainXml.read(Samples.DOMAIN).withDisk("vda", export).toXml();
        Files.writeString(file, xml.replace("<domain type=\"kvm\">", "<domain type=\"test\">"));

        String dumped = Programs.run(
                "virsh", "-c", "test:///default", "define " + file + "; dumpxml --inactive instance-0000004e");

        assertThat(dumped).contains("defined from", "<source protocol='nbd' name='vms/a_disk'", "transport='unix'");
        DomainXml defined = DomainXml.parse(
                dumped.substring(dumped.indexOf("<domain")).getBytes(StandardCharsets.UTF_8), "virsh's answer");
        assertThat(defined.disks()).singleElement().satisfies(disk -> {
            assertThat(disk.source()).contains("nbd:vms/a_disk");
            assertThat(disk.format()).contains("raw");
            assertThat(disk.target()).isEqualTo("vda");
        });
    }

    @Test
    void domainOfTheTestDriverRuns() {
        try (Libvirt libvirt = Libvirt.open("test:///default")) {
            assertThat(libvirt.state(TEST_DOMAIN)).contains(DomainState.RUNNING);
            assertThat(libvirt.running(TEST_DOMAIN).orElseThrow().name()).isEqualTo("test");
        }
    }
}
