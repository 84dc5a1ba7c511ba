package berth.libvirt;

import java.util.Optional;

/**
 * A disk of a domain.
 *
 * @param type libvirt's kind of source: {@code file}, {@code block}, {@code network}, ...
 * @param device what the guest sees: {@code disk}, {@code cdrom}, {@code lun} or {@code floppy}
 * @param format the driver's type, for example {@code qcow2}
 * @param source the file, the device, or protocol and name of a network disk; empty for a drive without medium
 * @param target the name that tells the domain's disks apart, for example {@code vda}
 * @param bus how it is attached, for example {@code virtio}
 */
public record DomainDisk(
        String type,
        String device,
        Optional<String> format,
        Optional<String> source,
        String target,
        Optional<String> bus) {
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
                target.flatMap(element -> element.attribute("dev")).orElse(""),
                target.flatMap(element -> element.attribute("bus")));
    }

    private static Optional<String> location(XmlNode.Element source) {
        Optional<String> protocol = source.attribute("protocol");
        if (protocol.isPresent()) {
            return Optional.of(protocol.get() + ":" + source.attribute("name").orElse(""));
        }
        return source.attribute("file").or(() -> source.attribute("dev"));
    }
}
