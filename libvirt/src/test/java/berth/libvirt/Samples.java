package berth.libvirt;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** The sample instance of the repository. */
final class Samples {
    static final UUID UUID_OF_INSTANCE = UUID.fromString("49704562-e043-47fa-affb-b4e9f1ff1359");
    static final Path INSTANCE = root().resolve("samples/instances/" + UUID_OF_INSTANCE);
    static final Path DOMAIN = INSTANCE.resolve("libvirt.xml");

    private Samples() {}

    static String domainText() {
        try {
            return Files.readString(DOMAIN);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path root() {
        Path path = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(path.resolve("samples"))) {
            path = path.getParent();
        }
        return path;
    }
}
