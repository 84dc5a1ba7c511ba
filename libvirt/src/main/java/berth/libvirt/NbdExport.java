package berth.libvirt;

import berth.block.BlockException;
import berth.block.Problem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Where a guest finds a disk.
 *
 * @param name the name of the export: {@code pool/image}
 * @param server where the NBD server listens
 */
public record NbdExport(String name, Server server) implements NetworkSource {
    /** The longest name of an export in UTF-8 bytes, as the NBD protocol has it. */
    public static final int MAX_NAME_BYTES = 4096;

    /** Where an NBD server listens. */
    public sealed interface Server {}

    /**
     * A Unix socket.
     *
     * @param path where it is, absolute
     */
    public record UnixSocket(Path path) implements Server {
        public UnixSocket {
            if (!path.isAbsolute()) {
                throw new BlockException(
                        Problem.INVALID_ARGUMENT, "the NBD socket's path must be absolute, but is '" + path + "'");
            }
        }
    }

    /**
     * A TCP port.
     *
     * @param host name or address
     * @param port 1 to 65535
     */
    public record Tcp(String host, int port) implements Server {
        public Tcp {
            if (host.isEmpty() || port < 1 || port > 65_535) {
                throw new BlockException(Problem.INVALID_ARGUMENT, "no address: '" + host + "' port " + port);
            }
        }
    }

    public NbdExport {
        if (name.isEmpty() || name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
            throw new BlockException(
                    Problem.INVALID_ARGUMENT, "the export's name must have 1 to " + MAX_NAME_BYTES + " bytes");
        }
    }

    @Override
    public String location() {
        return "nbd:" + name;
    }
}
