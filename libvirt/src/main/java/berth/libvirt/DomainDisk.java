package berth.libvirt;

import java.util.List;
import java.util.Optional;

/**
 * A disk of a domain.
 *
 * @param type libvirt's kind of source: {@code file}, {@code block}, {@code network}, ...
 * @param device what the guest sees: {@code disk}, {@code cdrom}, {@code lun} or {@code floppy}
 * @param format the driver's type, for example {@code qcow2}
 * @param source the file, the device, or protocol and name of a network disk; empty for a drive without medium
 * @param hosts the servers of a network disk, each as host:port
 * @param target the name that tells the domain's disks apart, for example {@code vda}
 * @param bus how it is attached, for example {@code virtio}
 * @param readOnly whether the guest cannot write to it
 * @param mirror the copy that is being made of it; a running domain's only
 */
public record DomainDisk(
        String type,
        String device,
        Optional<String> format,
        Optional<String> source,
        List<String> hosts,
        String target,
        Optional<String> bus,
        boolean readOnly,
        Optional<Mirror> mirror) {
    /**
     * A copy that is being made of a disk while it is in use.
     *
     * @param source where it goes, as {@link DomainDisk#source()} says it
     * @param ready whether it is in step with the disk
     */
    public record Mirror(Optional<String> source, boolean ready) {}

    public DomainDisk {
        hosts = List.copyOf(hosts);
    }

    /** Whether the disk is a file on the host. */
    public boolean isFile() {
        return type.equals("file");
    }

    static DomainDisk of(XmlNode.Element disk) {
        Optional<XmlNode.Element> source = disk.element("source");
        Optional<XmlNode.Element> target = disk.element("target");
        return new DomainDisk(
                disk.attribute("type").orElse("file"),
                disk.attribute("device").orElse("disk"),
                disk.element("driver").flatMap(driver -> driver.attribute("type")),
                source.flatMap(DomainDisk::location),
                source.map(DomainDisk::hosts).orElse(List.of()),
                target.flatMap(element -> element.attribute("dev")).orElse(""),
                target.flatMap(element -> element.attribute("bus")),
                disk.element("readonly").isPresent(),
                disk.element("mirror")
                        .map(mirror -> new Mirror(
                                mirror.element("source").flatMap(DomainDisk::location),
                                mirror.attribute("ready").filter("yes"::equals).isPresent())));
    }

    private static Optional<String> location(XmlNode.Element source) {
        Optional<String> protocol = source.attribute("protocol");
        if (protocol.isPresent()) {
            return Optional.of(protocol.get() + ":" + source.attribute("name").orElse(""));
        }
        return source.attribute("file").or(() -> source.attribute("dev"));
    }

    private static List<String> hosts(XmlNode.Element source) {
        return source.elements("host").stream()
                .map(host -> host.attribute("name").orElse("") + ":"
                        + host.attribute("port").orElse(""))
                .toList();
    }
}
