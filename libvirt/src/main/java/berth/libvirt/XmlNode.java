package berth.libvirt;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;

/**
 * A part of an XML document, with everything that a reader of the document can see: order of attributes, comments and
 * white space included. The JDK's DOM sorts attributes, so that a rewritten domain could not be compared with its
 * original line by line.
 */
sealed interface XmlNode {
    /** Characters, white space included; unescaped. */
    record Text(String text) implements XmlNode {}

    /** A comment, without its delimiters. */
    record Comment(String text) implements XmlNode {}

    /** A processing instruction. */
    record Instruction(String target, String data) implements XmlNode {}

    /**
     * An element.
     *
     * @param name its name as written, prefix included
     * @param attributes in the order of the document
     * @param children in the order of the document
     */
    record Element(String name, SequencedMap<String, String> attributes, List<XmlNode> children) implements XmlNode {
        public Element {
            attributes = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(attributes));
            children = List.copyOf(children);
        }

        /** An element without children; {@code attributes} are names and values in turn. */
        static Element of(String name, String... attributes) {
            SequencedMap<String, String> map = new LinkedHashMap<>();
            for (int i = 0; i < attributes.length; i += 2) {
                map.put(attributes[i], attributes[i + 1]);
            }
            return new Element(name, map, List.of());
        }

        Optional<String> attribute(String attribute) {
            return Optional.ofNullable(attributes.get(attribute));
        }

        /** The elements of that name directly below this one. */
        List<Element> elements(String childName) {
            List<Element> found = new ArrayList<>();
            for (XmlNode child : children) {
                if (child instanceof Element element && element.name.equals(childName)) {
                    found.add(element);
                }
            }
            return found;
        }

        /** The first element of that name directly below this one. */
        Optional<Element> element(String childName) {
            return elements(childName).stream().findFirst();
        }

        /** The characters directly below this element, without white space around them. */
        String text() {
            StringBuilder text = new StringBuilder();
            for (XmlNode child : children) {
                if (child instanceof Text(String characters)) {
                    text.append(characters);
                }
            }
            return text.toString().strip();
        }

        Element with(String attribute, String value) {
            SequencedMap<String, String> changed = new LinkedHashMap<>(attributes);
            changed.put(attribute, value);
            return new Element(name, changed, children);
        }

        Element without(String attribute) {
            SequencedMap<String, String> changed = new LinkedHashMap<>(attributes);
            changed.remove(attribute);
            return new Element(name, changed, children);
        }

        Element withChildren(List<? extends XmlNode> changed) {
            return new Element(name, attributes, List.copyOf(changed));
        }

        /** Applies a change to each element directly below this one. */
        Element mapElements(UnaryOperator<Element> change) {
            List<XmlNode> changed = new ArrayList<>(children.size());
            for (XmlNode child : children) {
                changed.add(child instanceof Element element ? change.apply(element) : child);
            }
            return withChildren(changed);
        }

        /** Drops the elements of that name directly below this one, each with the white space before it. */
        Element withoutElements(String childName) {
            List<XmlNode> kept = new ArrayList<>(children.size());
            for (XmlNode child : children) {
                if (child instanceof Element element && element.name.equals(childName)) {
                    if (!kept.isEmpty() && kept.getLast() instanceof Text(String t) && t.isBlank()) {
                        kept.removeLast();
                    }
                } else {
                    kept.add(child);
                }
            }
            return withChildren(kept);
        }
    }

    /**
     * A document.
     *
     * @param before comments and instructions before the root element
     * @param root the root element
     * @param after comments and instructions after it
     */
    record Document(List<XmlNode> before, Element root, List<XmlNode> after) {
        public Document {
            before = List.copyOf(before);
            after = List.copyOf(after);
        }

        Document withRoot(Element changed) {
            return new Document(before, changed, after);
        }
    }

    /**
     * Children that each have a line of their own.
     *
     * @param margin the white space before the element that they are in
     */
    static List<XmlNode> indented(List<? extends XmlNode> children, String margin) {
        List<XmlNode> lines = new ArrayList<>();
        for (XmlNode child : children) {
            lines.add(new Text("\n" + margin + "  "));
            lines.add(child);
        }
        lines.add(new Text("\n" + margin));
        return lines;
    }
}
