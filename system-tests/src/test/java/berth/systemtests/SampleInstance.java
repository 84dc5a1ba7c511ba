package berth.systemtests;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/** The sample of a Nova instance, copied so that a test may do to it what it likes. */
final class SampleInstance {
    /** Its UUID. */
    static final String ID = "49704562-e043-47fa-affb-b4e9f1ff1359";
    /** The image that its disk becomes. */
    static final String IMAGE = "vms/" + ID + "_disk";

    private static final Path SAMPLES = Path.of("../samples/instances").toAbsolutePath();

    private SampleInstance() {}

    /**
     * Copies the sample with its {@code _base}.
     *
     * @param instances a new directory, which becomes Nova's instances directory
     * @return the instance's directory
     */
    static Path copyTo(Path instances) throws IOException {
        Files.walkFileTree(SAMPLES, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                Files.createDirectories(instances.resolve(SAMPLES.relativize(directory)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.copy(file, instances.resolve(SAMPLES.relativize(file)));
                return FileVisitResult.CONTINUE;
            }
        });
        return instances.resolve(ID);
    }
}
