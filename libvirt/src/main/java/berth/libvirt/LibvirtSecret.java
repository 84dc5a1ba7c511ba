package berth.libvirt;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A secret of libvirt without its value.
 *
 * @param uuid what disks name it by
 * @param usageType what it is for, for example {@code ceph}; empty when it does not say
 * @param usageName what it is for in particular, for example {@code client.cinder secret}; libvirt has a name only once
 * @param isPrivate whether libvirt gives its value to QEMU only
 * @see <a href="https://libvirt.org/formatsecret.html">libvirt's secret XML format</a>
 */
public record LibvirtSecret(UUID uuid, String usageType, String usageName, boolean isPrivate) {
    private static final String CEPH = "ceph";

    /** The secret for a user of Ceph, called as in Ceph's guide to OpenStack. */
    public static LibvirtSecret ofCephUser(UUID uuid, String entity) {
        return new LibvirtSecret(uuid, CEPH, entity + " secret", false);
    }

    /** Whether it is for a user of Ceph. */
    public boolean isForCeph() {
        return usageType.equals(CEPH);
    }

    static LibvirtSecret parse(UUID uuid, String xml) {
        XmlNode.Element root = XmlReader.read(xml.getBytes(StandardCharsets.UTF_8), "libvirt's XML of secret " + uuid)
                .root();
        Optional<XmlNode.Element> usage = root.element("usage");
        return new LibvirtSecret(
                uuid,
                usage.flatMap(element -> element.attribute("type")).orElse(""),
                usage.flatMap(element -> element.element("name"))
                        .map(XmlNode.Element::text)
                        .orElse(""),
                root.attribute("private").filter("yes"::equals).isPresent());
    }

    /** The XML that defines it. */
    public String toXml() {
        XmlNode.Element usage = XmlNode.Element.of("usage", "type", usageType)
                .withChildren(List.of(XmlNode.Element.of("name").withChildren(List.of(new XmlNode.Text(usageName)))));
        XmlNode.Element id = XmlNode.Element.of("uuid").withChildren(List.of(new XmlNode.Text(uuid.toString())));
        XmlNode.Element secret = XmlNode.Element.of("secret", "ephemeral", "no", "private", isPrivate ? "yes" : "no")
                .withChildren(XmlNode.indented(List.of(id, usage), ""));
        return XmlWriter.write(new XmlNode.Document(List.of(), secret, List.of()));
    }
}
