package berth.fuzz;

import berth.block.BlockException;
import berth.block.Problem;
import berth.libvirt.DomainDisk;
import berth.libvirt.DomainXml;
import berth.libvirt.NbdExport;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The input is the XML of a libvirt domain. */
public final class DomainXmlFuzz {
    private static final Promise PROMISE =
            Promise.of(64 << 20, Problem.MALFORMED, Problem.INVALID_ARGUMENT, Problem.UNSUPPORTED);
    private static final NbdExport EXPORT =
            new NbdExport("pool/<&\"image", new NbdExport.UnixSocket(Path.of("/run/berth.sock")));

    private DomainXmlFuzz() {}

    /** Reads the domain, and rewrites it with its first disk behind an NBD server. */
    public static void fuzzerTestOneInput(byte[] input) {
        PROMISE.hold(() -> {
            DomainXml domain = DomainXml.parse(input, "input");
            DomainXml same = reread(domain);
            if (!same.disks().equals(domain.disks())
                    || !same.uuid().equals(domain.uuid())
                    || !same.name().equals(domain.name())
                    || !flavor(same).equals(flavor(domain))) {
                throw new BrokenPromise("it is another domain when it is written again: " + domain.toXml());
            }
            if (!domain.disks().isEmpty()) {
                replaceFirstDisk(domain);
            }
        });
    }

    /** The flavor, or why it cannot be read. */
    private static Object flavor(DomainXml domain) {
        try {
            return domain.flavor();
        } catch (BlockException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static void replaceFirstDisk(DomainXml domain) {
        DomainDisk first = domain.disks().getFirst();
        DomainDisk replaced =
                reread(domain.withDisk(first.target(), EXPORT)).disks().getFirst();
        if (!replaced.type().equals("network") || !replaced.target().equals(first.target())) {
            throw new BrokenPromise("the disk was not replaced: " + replaced);
        }
    }

    private static DomainXml reread(DomainXml domain) {
        try {
            return DomainXml.parse(domain.toXml().getBytes(StandardCharsets.UTF_8), "output");
        } catch (BlockException e) {
            throw new BrokenPromise("what it wrote is not XML: " + domain.toXml(), e);
        }
    }
}
