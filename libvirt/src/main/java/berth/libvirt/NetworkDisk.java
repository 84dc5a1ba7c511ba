package berth.libvirt;

import berth.block.BlockException;
import berth.block.Problem;
import java.util.ArrayList;
import java.util.List;

/** Turns the {@code <disk>} of a file into that of the same disk on the network. */
final class NetworkDisk {
    /** What belongs to the file and means nothing, or something wrong, for what replaces it. */
    private static final List<String> OF_THE_FILE = List.of("backingStore", "mirror", "auth");

    private NetworkDisk() {}

    /**
     * The network form of a disk.
     *
     * @throws BlockException {@link Problem#INVALID_ARGUMENT} when it is no file, {@link Problem#UNSUPPORTED} when libvirt
     *     decrypts it
     */
    static XmlNode.Element of(XmlNode.Element disk, NetworkSource source) {
        DomainDisk before = DomainDisk.of(disk);
        check(disk, before);
        String margin = margin(disk);
        boolean unmap = before.device().equals("disk");
        XmlNode.Element changed = disk.with("type", "network");
        for (String name : OF_THE_FILE) {
            changed = changed.withoutElements(name);
        }
        List<XmlNode.Element> added = new ArrayList<>();
        if (changed.element("driver").isEmpty()) {
            added.add(XmlNode.Element.of("driver"));
        }
        if (source instanceof RbdVolume volume) {
            added.add(auth(volume, margin));
        }
        return beforeSource(changed, added, margin).mapElements(child -> switch (child.name()) {
            case "driver" -> driver(child, cache(source), unmap);
            case "source" -> source(source, margin);
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

    private static XmlNode.Element beforeSource(XmlNode.Element disk, List<XmlNode.Element> added, String margin) {
        List<XmlNode> children = new ArrayList<>();
        for (XmlNode child : disk.children()) {
            if (child instanceof XmlNode.Element element && element.name().equals("source")) {
                for (XmlNode.Element sibling : added) {
                    children.add(sibling);
                    children.add(new XmlNode.Text("\n" + margin));
                }
            }
            children.add(child);
        }
        return disk.withChildren(children);
    }

    /** What Nova has for its own disks on RBD; an NBD server does the caching itself. */
    private static String cache(NetworkSource source) {
        return source instanceof RbdVolume ? "writeback" : "none";
    }

    /** Keeps what does not depend on where the data are: I/O thread, queues, error policies. */
    private static XmlNode.Element driver(XmlNode.Element driver, String cache, boolean unmap) {
        // Asynchronous I/O and copy-on-read are choices for local files; QEMU refuses io='native' on the network.
        XmlNode.Element changed = driver.without("io")
                .without("copy_on_read")
                .with("name", "qemu")
                .with("type", "raw")
                .with("cache", cache);
        return unmap ? changed.with("discard", "unmap") : changed;
    }

    private static XmlNode.Element auth(RbdVolume volume, String margin) {
        XmlNode.Element secret = XmlNode.Element.of(
                "secret", "type", "ceph", "uuid", volume.secret().toString());
        return XmlNode.Element.of("auth", "username", volume.user())
                .withChildren(XmlNode.indented(List.of(secret), margin));
    }

    private static XmlNode.Element source(NetworkSource source, String margin) {
        String protocol =
                switch (source) {
                    case NbdExport _ -> "nbd";
                    case RbdVolume _ -> "rbd";
                };
        return XmlNode.Element.of("source", "protocol", protocol, "name", source.name())
                .withChildren(XmlNode.indented(hosts(source), margin));
    }

    private static List<XmlNode.Element> hosts(NetworkSource source) {
        return switch (source) {
            case NbdExport(String _, NbdExport.UnixSocket(var path)) ->
                List.of(XmlNode.Element.of("host", "transport", "unix", "socket", path.toString()));
            case NbdExport(String _, NbdExport.Tcp(String host, int port)) -> List.of(host(host, port));
            case RbdVolume volume ->
                volume.monitors().stream()
                        .map(monitor -> host(monitor.host(), monitor.port()))
                        .toList();
        };
    }

    private static XmlNode.Element host(String name, int port) {
        return XmlNode.Element.of("host", "name", name, "port", Integer.toString(port));
    }
}
