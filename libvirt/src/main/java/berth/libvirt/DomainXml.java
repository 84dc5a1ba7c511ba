package berth.libvirt;

import berth.block.BlockException;
import berth.block.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The XML of a libvirt domain, as Nova writes it into an instance directory, as {@code virsh dumpxml} prints it, or as
 * libvirt keeps it under {@code /etc/libvirt/qemu}. A rewritten domain differs from the original in the replaced disk
 * only: all other elements, known or not, their order, comments and white space stay.
 *
 * @see <a href="https://libvirt.org/formatdomain.html">libvirt's domain XML format</a>
 */
public final class DomainXml {
    private final XmlNode.Document document;

    private DomainXml(XmlNode.Document document) {
        this.document = document;
    }

    /**
     * Reads a domain.
     *
     * @param what names the document in messages
     * @throws BlockException {@link Problem#MALFORMED} when it is no XML, is over the bounds, has a document type, or is
     *     no domain
     */
    public static DomainXml parse(byte[] xml, String what) {
        XmlNode.Document document = XmlReader.read(xml, what);
        if (!document.root().name().equals("domain")) {
            throw new BlockException(
                    Problem.MALFORMED,
                    what + " is no libvirt domain: its root element is <"
                            + document.root().name() + ">");
        }
        return new DomainXml(document);
    }

    /**
     * Reads a domain from a file.
     *
     * @throws BlockException as {@link #parse}, {@link Problem#SOURCE_NOT_FOUND}, {@link Problem#IO}
     */
    public static DomainXml read(Path file) {
        return parse(BoundedFile.read(file, XmlReader.MAX_BYTES), file.toString());
    }

    /** The domain's UUID, if it has a valid one. */
    public Optional<UUID> uuid() {
        return document.root().element("uuid").flatMap(element -> Uuids.parse(element.text()));
    }

    /** The number that libvirt gave a domain when it was started; empty for one that does not run. */
    public Optional<String> runNumber() {
        return document.root().attribute("id");
    }

    /** The domain's name, for example {@code instance-0000004e}; empty when it has none. */
    public String name() {
        return document.root().element("name").map(XmlNode.Element::text).orElse("");
    }

    /**
     * The flavor of the instance that the domain is, where Nova noted it.
     *
     * @throws BlockException {@link Problem#MALFORMED} when a size in it is no number
     */
    public Optional<NovaFlavor> flavor() {
        return NovaFlavor.of(document.root());
    }

    /** The disks in the order of the document. */
    public List<DomainDisk> disks() {
        return document.root().elements("devices").stream()
                .flatMap(devices -> devices.elements("disk").stream())
                .map(DomainDisk::of)
                .toList();
    }

    /**
     * The domain with one disk taken from a file to the network. What the guest sees of the disk (target, address, alias,
     * boot order, serial, limits) stays.
     *
     * @param target the disk's target, for example {@code vda}
     * @throws BlockException {@link Problem#INVALID_ARGUMENT} when there is no such disk or it is on the network already,
     *     {@link Problem#UNSUPPORTED} when libvirt encrypts it
     */
    public DomainXml withDisk(String target, NetworkSource source) {
        XmlNode.Element root = document.root();
        long matching =
                disks().stream().filter(disk -> disk.target().equals(target)).count();
        if (matching != 1) {
            throw new BlockException(
                    Problem.INVALID_ARGUMENT,
                    "domain " + name() + " has " + (matching == 0 ? "no disk " : "more than one disk ") + target);
        }
        return new DomainXml(document.withRoot(root.mapElements(
                child -> child.name().equals("devices")
                        ? child.mapElements(device -> isDisk(device, target) ? NetworkDisk.of(device, source) : device)
                        : child)));
    }

    /**
     * The {@code <disk>} for libvirt's block copy that describes where a disk of this domain is copied to.
     *
     * @param target the disk's target, for example {@code vda}
     */
    public String copyDestination(String target, NetworkSource source) {
        XmlNode.Element file = XmlNode.Element.of("disk", "type", "file", "device", "disk")
                .withChildren(XmlNode.indented(
                        List.of(XmlNode.Element.of("source"), XmlNode.Element.of("target", "dev", target)), ""));
        return XmlWriter.write(new XmlNode.Document(List.of(), NetworkDisk.of(file, source), List.of()));
    }

    private static boolean isDisk(XmlNode.Element device, String target) {
        return device.name().equals("disk") && DomainDisk.of(device).target().equals(target);
    }

    /** The XML, in UTF-8 when written out; ends with a newline. */
    public String toXml() {
        return XmlWriter.write(document);
    }
}
