package berth.libvirt;

import berth.block.BlockException;
import berth.block.Problem;
import java.util.ArrayList;
import java.util.List;

/** Turns the {@code <disk>} of a file into that of the same disk behind an NBD server. */
final class NbdDisk {
    /** What belongs to the file and means nothing, or something wrong, for what replaces it. */
    private static final List<String> OF_THE_FILE = List.of("backingStore", "mirror");

    private static final String INDENT = "  ";

    private NbdDisk() {}

    /**
     * The network form of a disk.
     *
     * @throws BlockException {@link Problem#INVALID_ARGUMENT} when it is no file, {@link Problem#UNSUPPORTED} when libvirt
     *     decrypts it
     */
    static XmlNode.Element of(XmlNode.Element disk, NbdExport export) {
        DomainDisk before = DomainDisk.of(disk);
        check(disk, before);
        String margin = margin(disk);
        boolean unmap = before.device().equals("disk");
        XmlNode.Element changed = disk.with("type", "network");
        for (String name : OF_THE_FILE) {
            changed = changed.withoutElements(name);
        }
        if (changed.element("driver").isEmpty()) {
            changed = withEmptyDriver(changed, margin);
        }
        return changed.mapElements(child -> switch (child.name()) {
            case "driver" -> driver(child, unmap);
            case "source" -> source(export, margin);
            default -> child;
        });
    }

    private static void check(XmlNode.Element disk, DomainDisk before) {
        if (!before.isFile()) {
            throw new BlockException(
                    Problem.INVALID_ARGUMENT,
                    "disk " + before.target() + " is no file of this host: its type is " + before.type());
        }
        List<XmlNode.Element> sources = disk.elements("source");
        if (sources.size() != 1) {
            throw new BlockException(
                    Problem.INVALID_ARGUMENT,
                    "disk " + before.target() + " has " + sources.size() + " sources, not one");
        }
        if (disk.element("encryption").isPresent()
                || sources.getFirst().element("encryption").isPresent()) {
            throw new BlockException(
                    Problem.UNSUPPORTED,
                    "disk " + before.target() + " is encrypted by libvirt; such disks cannot be replaced yet");
        }
    }

    /** The white space that starts the line of the disk's source. */
    private static String margin(XmlNode.Element disk) {
        String last = "";
        for (XmlNode child : disk.children()) {
            if (child instanceof XmlNode.Element element && element.name().equals("source")) {
                break;
            }
            last = child instanceof XmlNode.Text(String text) ? text : "";
        }
        return last.isBlank() ? last.substring(last.lastIndexOf('\n') + 1) : "";
    }

    private static XmlNode.Element withEmptyDriver(XmlNode.Element disk, String margin) {
        List<XmlNode> children = new ArrayList<>();
        for (XmlNode child : disk.children()) {
            if (child instanceof XmlNode.Element element && element.name().equals("source")) {
                children.add(XmlNode.Element.of("driver"));
                children.add(new XmlNode.Text("\n" + margin));
            }
            children.add(child);
        }
        return disk.withChildren(children);
    }

    /** Keeps what does not depend on where the data are: I/O thread, queues, error policies. */
    private static XmlNode.Element driver(XmlNode.Element driver, boolean unmap) {
        // Asynchronous I/O and copy-on-read are choices for local files; QEMU refuses io='native' for NBD.
        XmlNode.Element changed = driver.without("io")
                .without("copy_on_read")
                .with("name", "qemu")
                .with("type", "raw")
                .with("cache", "none");
        return unmap ? changed.with("discard", "unmap") : changed;
    }

    private static XmlNode.Element source(NbdExport export, String margin) {
        XmlNode.Element host =
                switch (export.server()) {
                    case NbdExport.UnixSocket(var path) ->
                        XmlNode.Element.of("host", "transport", "unix", "socket", path.toString());
                    case NbdExport.Tcp(String name, int port) ->
                        XmlNode.Element.of("host", "name", name, "port", Integer.toString(port));
                };
        return XmlNode.Element.of("source", "protocol", "nbd", "name", export.name())
                .withChildren(List.of(new XmlNode.Text("\n" + margin + INDENT), host, new XmlNode.Text("\n" + margin)));
    }
}
