package berth.libvirt;

import java.util.List;

/** Writes XML back as it was read, but for the quotes of attributes and the form of empty elements. */
final class XmlWriter {
    private final StringBuilder out = new StringBuilder();

    private XmlWriter() {}

    /** The document, ending with a newline. */
    static String write(XmlNode.Document document) {
        XmlWriter writer = new XmlWriter();
        writer.writeLines(document.before());
        writer.write(document.root());
        writer.out.append('\n');
        writer.writeLines(document.after());
        return writer.out.toString();
    }

    private void writeLines(List<XmlNode> nodes) {
        for (XmlNode node : nodes) {
            write(node);
            out.append('\n');
        }
    }

    private void write(XmlNode node) {
        switch (node) {
            case XmlNode.Text(String text) -> escape(text, false);
            case XmlNode.Comment(String text) -> out.append("<!--").append(text).append("-->");
            case XmlNode.Instruction(String target, String data) ->
                out.append("<?").append(target).append(' ').append(data).append("?>");
            case XmlNode.Element element -> write(element);
        }
    }

    private void write(XmlNode.Element element) {
        out.append('<').append(element.name());
        element.attributes().forEach((name, value) -> {
            out.append(' ').append(name).append("=\"");
            escape(value, true);
            out.append('"');
        });
        if (element.children().isEmpty()) {
            out.append("/>");
            return;
        }
        out.append('>');
        element.children().forEach(this::write);
        out.append("</").append(element.name()).append('>');
    }

    private void escape(String text, boolean attribute) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '\r' -> out.append("&#13;");
                case '"' -> out.append(attribute ? "&quot;" : "\"");
                case '\n' -> out.append(attribute ? "&#10;" : "\n");
                case '\t' -> out.append(attribute ? "&#9;" : "\t");
                default -> out.append(c);
            }
        }
    }
}
