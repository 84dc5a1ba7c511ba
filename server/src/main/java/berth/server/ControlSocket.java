package berth.server;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Consumer;

/** Binds and connects Unix sockets at paths of any length. */
final class ControlSocket {
    /** {@code sun_path} holds 108 bytes with the closing zero. */
    private static final int MAX_PATH_BYTES = 107;

    private interface Use {
        void at(Path shortPath) throws IOException;
    }

    private ControlSocket() {}

    /**
     * Listens at a path. A socket that is there already is replaced: it is that of an owner that was killed. Only this
     * user can connect, from the first moment on.
     */
    static ServerSocketChannel listen(Path path) throws IOException {
        Path fresh = path.resolveSibling(path.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            withShortPath(fresh, shortPath -> server.bind(UnixDomainSocketAddress.of(shortPath)));
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
            Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            server.close();
            throw e;
        }
        return server;
    }

    /**
     * Connects to the socket at a path.
     *
     * @param opened gets the channel before, for it may take long where the listener is busy
     */
    static SocketChannel connect(Path path, Consumer<SocketChannel> opened) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            opened.accept(channel);
            withShortPath(path, shortPath -> channel.connect(UnixDomainSocketAddress.of(shortPath)));
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        return channel;
    }

    /** Where the path is too long for a socket address, a symbolic link to its directory stands in for the directory. */
    private static void withShortPath(Path path, Use use) throws IOException {
        if (path.toString().getBytes(StandardCharsets.UTF_8).length <= MAX_PATH_BYTES) {
            use.at(path);
            return;
        }
        Path directory = Files.createTempDirectory("berth");
        Path link = directory.resolve("s");
        try {
            Files.createSymbolicLink(link, path.getParent());
            use.at(link.resolve(path.getFileName()));
        } finally {
            Files.deleteIfExists(link);
            Files.delete(directory);
        }
    }
}
