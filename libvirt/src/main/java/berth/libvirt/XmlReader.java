package berth.libvirt;

import berth.block.BlockException;
import berth.block.Problem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import javax.xml.XMLConstants;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParser;
import javax.xml.parsers.SAXParserFactory;
import org.jspecify.annotations.Nullable;
import org.xml.sax.Attributes;
import org.xml.sax.InputSource;
import org.xml.sax.Locator;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.xml.sax.ext.DefaultHandler2;
import org.xml.sax.ext.Locator2;

/**
 * Reads untrusted XML with the JDK's parser: no document type, no entities but the five of XML, bounded size, depth and
 * number of parts.
 */
final class XmlReader extends DefaultHandler2 {
    /** The largest document in bytes; domains are a few KiB. */
    static final int MAX_BYTES = 1 << 20;
    /** The deepest nesting of elements. */
    static final int MAX_DEPTH = 64;
    /** The largest number of elements, texts and comments. */
    static final int MAX_NODES = 50_000;

    private record Open(String name, SequencedMap<String, String> attributes, List<XmlNode> children) {}

    private final Deque<Open> open = new ArrayDeque<>();
    private final List<XmlNode> before = new ArrayList<>();
    private final List<XmlNode> after = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private @Nullable Locator locator;
    private XmlNode.@Nullable Element root;
    private int nodes;

    private XmlReader() {}

    /**
     * Reads a document.
     *
     * @param what names the document in messages
     * @throws BlockException {@link Problem#MALFORMED}
     */
    static XmlNode.Document read(byte[] document, String what) {
        if (document.length > MAX_BYTES) {
            throw malformed(what, "it has " + document.length + " bytes; " + MAX_BYTES + " are allowed", null);
        }
        XmlReader reader = new XmlReader();
        try {
            SAXParser parser = parser();
            parser.setProperty("http://xml.org/sax/properties/lexical-handler", reader);
            InputSource input = new InputSource(new ByteArrayInputStream(document));
            parser.parse(input, reader);
        } catch (SAXParseException e) {
            throw malformed(what, "line " + e.getLineNumber() + ": " + e.getMessage(), e);
        } catch (SAXException | IOException e) {
            throw malformed(what, String.valueOf(e.getMessage()), e);
        }
        XmlNode.Element root = reader.root;
        if (root == null) {
            throw malformed(what, "it has no root element", null);
        }
        return new XmlNode.Document(reader.before, root, reader.after);
    }

    private static BlockException malformed(String what, String why, @Nullable Throwable cause) {
        return new BlockException(Problem.MALFORMED, "cannot read " + what + ": " + why, cause);
    }

    private static SAXParser parser() throws SAXException {
        try {
            SAXParserFactory factory = SAXParserFactory.newDefaultInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setFeature("http://xml.org/sax/features/external-general-entities", false);
            factory.setFeature("http://xml.org/sax/features/external-parameter-entities", false);
            return factory.newSAXParser();
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("the JDK's XML parser cannot be hardened", e);
        }
    }

    @Override
    public void setDocumentLocator(Locator given) {
        locator = given;
    }

    /** XML 1.1 has characters that a document of XML 1.0 cannot have, and that is what is written. */
    private void requireOldXml() throws SAXException {
        if (locator instanceof Locator2 known && !"1.0".equals(known.getXMLVersion())) {
            throw new SAXException("it is XML " + known.getXMLVersion() + "; libvirt's is XML 1.0");
        }
    }

    @Override
    public void startElement(String uri, String localName, String name, Attributes given) throws SAXException {
        endText();
        count();
        if (open.isEmpty()) {
            requireOldXml();
        }
        if (open.size() == MAX_DEPTH) {
            throw new SAXException("its elements are nested more than " + MAX_DEPTH + " deep");
        }
        SequencedMap<String, String> attributes = new LinkedHashMap<>();
        for (int i = 0; i < given.getLength(); i++) {
            attributes.put(given.getQName(i), given.getValue(i));
        }
        open.push(new Open(name, attributes, new ArrayList<>()));
    }

    @Override
    public void endElement(String uri, String localName, String name) {
        endText();
        Open closed = open.pop();
        XmlNode.Element element = new XmlNode.Element(closed.name, closed.attributes, closed.children);
        if (open.isEmpty()) {
            root = element;
        } else {
            open.element().children.add(element);
        }
    }

    @Override
    public void characters(char[] chars, int start, int length) {
        text.append(chars, start, length);
    }

    @Override
    public void comment(char[] chars, int start, int length) throws SAXException {
        add(new XmlNode.Comment(new String(chars, start, length)));
    }

    @Override
    public void processingInstruction(String target, String data) throws SAXException {
        add(new XmlNode.Instruction(target, data));
    }

    private void add(XmlNode node) throws SAXException {
        endText();
        count();
        if (!open.isEmpty()) {
            open.element().children.add(node);
        } else if (root == null) {
            before.add(node);
        } else {
            after.add(node);
        }
    }

    private void endText() {
        if (!text.isEmpty() && !open.isEmpty()) {
            nodes++;
            open.element().children.add(new XmlNode.Text(text.toString()));
        }
        text.setLength(0);
    }

    private void count() throws SAXException {
        nodes++;
        if (nodes > MAX_NODES) {
            throw new SAXException("it has more than " + MAX_NODES + " parts");
        }
    }

    /** Nothing outside the document is ever read. */
    @Override
    public InputSource resolveEntity(
            @Nullable String name, @Nullable String publicId, @Nullable String baseUri, String systemId)
            throws SAXException {
        throw new SAXException("it refers to " + systemId + ", outside of the document");
    }
}
