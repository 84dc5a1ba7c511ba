package berth.nbd;

import berth.block.BlockException;
import berth.block.Problem;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * A listening Unix socket.
 *
 * <p>The socket is made in a directory that nobody else can enter and moved to its place when its mode is right, so that
 * there is no moment at which others could connect; the move also replaces a file that a crashed server left.
 */
final class UnixListener implements Listener {
    private static final int BACKLOG = 128;
    /** The size of {@code sun_path}, less the NUL at its end. */
    private static final int MAX_PATH_BYTES = 107;

    private static final int FILE_TYPE_MASK = 0170000;
    private static final int FILE_TYPE_SOCKET = 0140000;

    private final ServerSocketChannel channel;
    private final Path path;
    private final Object fileKey;

    private UnixListener(ServerSocketChannel channel, Path path, Object fileKey) {
        this.channel = channel;
        this.path = path;
        this.fileKey = fileKey;
    }

    static UnixListener open(Path path) {
        Path absolute = path.toAbsolutePath();
        int length = absolute.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > MAX_PATH_BYTES) {
            throw new BlockException(
                    Problem.INVALID_ARGUMENT,
                    "cannot listen on Unix socket " + path + ": its path has " + length
                            + " bytes, which is too long; the system allows " + MAX_PATH_BYTES);
        }
        try {
            refuseUnlessStale(absolute);
            return bind(absolute);
        } catch (NoSuchFileException e) {
            throw failure(path, "its directory does not exist", e);
        } catch (AccessDeniedException e) {
            throw failure(path, "permission denied", e);
        } catch (IOException e) {
            throw failure(path, e.getMessage(), e);
        }
    }

    private static BlockException failure(Path path, @Nullable String why, IOException cause) {
        return new BlockException(Problem.IO, "cannot listen on Unix socket " + path + ": " + why, cause);
    }

    /** Only a socket file that nobody listens on may be replaced. */
    private static void refuseUnlessStale(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        if ((mode & FILE_TYPE_MASK) != FILE_TYPE_SOCKET) {
            throw new BlockException(
                    Problem.INVALID_ARGUMENT,
                    "cannot listen on Unix socket " + path + ": a file of that name is there, and it is no socket");
        }
        if (isListenedOn(path)) {
            throw new BlockException(
                    Problem.IMAGE_IN_USE,
                    "cannot listen on Unix socket " + path + ": another server is listening on it");
        }
    }

    private static boolean isListenedOn(Path path) {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return probe.connect(UnixDomainSocketAddress.of(path));
        } catch (IOException _) {
            return false;
        }
    }

    private static UnixListener bind(Path path) throws IOException {
        Path directory = Files.createTempDirectory(
                path.getParent(),
                ".",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path made = directory.resolve("s");
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.bind(UnixDomainSocketAddress.of(made), BACKLOG);
            Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rw-------"));
            Files.move(made, path, StandardCopyOption.ATOMIC_MOVE);
            return new UnixListener(channel, path, fileKey(path));
        } catch (IOException e) {
            channel.close();
            Files.deleteIfExists(made);
            throw e;
        } finally {
            Files.delete(directory);
        }
    }

    private static Object fileKey(Path path) throws IOException {
        return Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public SocketChannel accept() throws IOException {
        return channel.accept();
    }

    @Override
    public SocketAddress address() {
        return UnixDomainSocketAddress.of(path);
    }

    @Override
    public void close() {
        try {
            // Another server may have taken the place meanwhile.
            if (fileKey.equals(fileKey(path))) {
                Files.delete(path);
            }
        } catch (IOException _) {
            // Somebody else removed it.
        }
        Closing.quietly(channel);
    }
}
