package berth.libvirt;

import berth.block.BlockException;
import berth.block.Problem;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * What an instance's flavor says of its disks, as Nova notes it in the metadata of the domain. What is not noted is
 * empty.
 *
 * @param name the flavor's name, for example {@code m1.tiny}
 * @param rootBytes the size of the root disk; 0 when it is as large as its image
 * @param ephemeralBytes the size of all ephemeral disks together
 * @param swapBytes the size of the swap disk
 * @see <a href="https://docs.openstack.org/nova/latest/user/flavors.html">Nova's flavors</a>
 */
public record NovaFlavor(String name, OptionalLong rootBytes, OptionalLong ephemeralBytes, OptionalLong swapBytes) {
    private static final int GIBIBYTE_BITS = 30;
    private static final int MEBIBYTE_BITS = 20;
    /** More digits than any disk has, and few enough for no overflow. */
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

    /** @throws BlockException {@link Problem#MALFORMED} when a size is no number */
    static Optional<NovaFlavor> of(XmlNode.Element domain) {
        return domain.element("metadata")
                .flatMap(metadata -> nova(metadata, "instance"))
                .flatMap(instance -> nova(instance, "flavor"))
                .map(flavor -> new NovaFlavor(
                        flavor.attribute("name").orElse(""),
                        size(flavor, "disk", GIBIBYTE_BITS),
                        size(flavor, "ephemeral", GIBIBYTE_BITS),
                        size(flavor, "swap", MEBIBYTE_BITS)));
    }

    /** The prefix is whatever the document binds to Nova's namespace; it can have none. */
    private static Optional<XmlNode.Element> nova(XmlNode.Element parent, String localName) {
        return parent.children().stream()
                .filter(XmlNode.Element.class::isInstance)
                .map(XmlNode.Element.class::cast)
                .filter(child -> child.name().equals(localName) || child.name().endsWith(":" + localName))
                .findFirst();
    }

    private static OptionalLong size(XmlNode.Element flavor, String what, int unitBits) {
        Optional<String> text = nova(flavor, what).map(XmlNode.Element::text);
        if (text.isEmpty()) {
            return OptionalLong.empty();
        }
        if (!NUMBER.matcher(text.get()).matches()) {
            throw new BlockException(
                    Problem.MALFORMED,
                    "the domain's metadata is not Nova's: the flavor's " + what + " is no number: '" + text.get()
                            + "'");
        }
        return OptionalLong.of(Long.parseLong(text.get()) << unitBits);
    }
}
