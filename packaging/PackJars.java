import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassTransform;
import java.lang.constant.ClassDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Makes two jars of one that holds the whole program, Berth's own and the libraries', which the manifest of the first one
 * names, and raises class files older than Java 6 to Java 8, with stack maps. Both are for short commands, which start from
 * the AOT cache:
 *
 * <ul>
 *   <li>A class that is not in the cache has its jar opened, which takes 15 ms for one of 16,000 entries.
 *   <li>The cache leaves out classes whose version is below 50. picocli is compiled for Java 5, and verifying its classes
 *       anew at every start would be a third of a short command's time.
 * </ul>
 *
 * <p>Usage: {@code java PackJars.java IN.jar OWN.jar LIBRARIES.jar NAME}, where NAME is what the second one will be called
 */
final class PackJars {
    private static final int FIRST_VERSION_THAT_IS_CACHED = ClassFile.JAVA_6_VERSION;

    private PackJars() {}

    public static void main(String[] args) throws IOException {
        try (JarFile in = new JarFile(args[0]);
                ZipOutputStream own = jar(args[1]);
                ZipOutputStream libraries = jar(args[2])) {
            ClassFile classFile = ClassFile.of(
                    ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
                    ClassFile.ClassHierarchyResolverOption.of(hierarchy(in)));
            var entries = in.entries().asIterator();
            while (entries.hasNext()) {
                ZipEntry entry = entries.next();
                byte[] bytes = read(in, entry);
                if (entry.getName().startsWith("berth/")) {
                    put(own, entry, bytes);
                } else if (entry.getName().equals(JarFile.MANIFEST_NAME)) {
                    put(own, entry, naming(args[3], in.getManifest()));
                    put(libraries, entry, bytes);
                } else {
                    put(libraries, entry, entry.getName().endsWith(".class") ? raised(classFile, bytes) : bytes);
                }
            }
        }
    }

    private static byte[] naming(String libraries, Manifest manifest) throws IOException {
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, libraries);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        manifest.write(bytes);
        return bytes.toByteArray();
    }

    private static ZipOutputStream jar(String file) throws IOException {
        return new ZipOutputStream(Files.newOutputStream(Path.of(file)));
    }

    private static void put(ZipOutputStream out, ZipEntry entry, byte[] bytes) throws IOException {
        ZipEntry copy = new ZipEntry(entry.getName());
        copy.setTime(entry.getTime());
        out.putNextEntry(copy);
        out.write(bytes);
        out.closeEntry();
    }

    private static byte[] raised(ClassFile classFile, byte[] bytes) {
        if ((Byte.toUnsignedInt(bytes[6]) << 8 | Byte.toUnsignedInt(bytes[7])) >= FIRST_VERSION_THAT_IS_CACHED) {
            return bytes;
        }
        ClassTransform version = ClassTransform.endHandler(
                builder -> builder.with(ClassFileVersion.of(ClassFile.JAVA_8_VERSION, 0)));
        // Passing every instruction through makes the code anew; code that is only copied would get no stack maps.
        ClassTransform code = ClassTransform.transformingMethodBodies((builder, element) -> builder.with(element));
        return classFile.transformClass(classFile.parse(bytes), version.andThen(code));
    }

    /** Who extends whom: by the jar's own class files, else by the JDK. */
    private static ClassHierarchyResolver hierarchy(JarFile jar) {
        return ClassHierarchyResolver.ofResourceParsing((ClassDesc type) -> {
                    String descriptor = type.descriptorString();
                    ZipEntry entry = jar.getEntry(descriptor.substring(1, descriptor.length() - 1) + ".class");
                    try {
                        return entry == null ? null : jar.getInputStream(entry);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .orElse(ClassHierarchyResolver.defaultResolver());
    }

    private static byte[] read(JarFile jar, ZipEntry entry) throws IOException {
        try (InputStream in = jar.getInputStream(entry)) {
            return in.readAllBytes();
        }
    }
}
