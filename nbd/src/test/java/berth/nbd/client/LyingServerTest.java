package berth.nbd.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.nbd.Protocol;
import berth.posix.Errno;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that break the protocol: the client says so in time, and takes no more memory than it asked for. */
final class LyingServerTest {
    private static final NbdTimeouts TIMEOUTS = new NbdTimeouts(Duration.ofSeconds(5), Duration.ofSeconds(5));
    private static final int LENGTH = 4096;

    /** What a server answers to a read of {@link #LENGTH} bytes at 0, in structured chunks. */
    enum Lie {
        HUGE_CHUNK {
            @Override
            void answer(DataOutputStream out, long cookie) throws IOException {
                chunk(out, cookie, Protocol.REPLY_TYPE_OFFSET_DATA, Integer.MAX_VALUE);
                out.writeLong(0);
            }
        },
        NEGATIVE_CHUNK {
            @Override
            void answer(DataOutputStream out, long cookie) throws IOException {
                chunk(out, cookie, Protocol.REPLY_TYPE_OFFSET_DATA, -1);
                out.writeLong(0);
            }
        },
        BEYOND_THE_END {
            @Override
            void answer(DataOutputStream out, long cookie) throws IOException {
                data(out, cookie, 1, LENGTH);
            }
        },
        BEFORE_THE_START {
            @Override
            void answer(DataOutputStream out, long cookie) throws IOException {
                data(out, cookie, -1, LENGTH);
            }
        },
        NO_BYTES {
            @Override
            void answer(DataOutputStream out, long cookie) throws IOException {
                data(out, cookie, 0, 0);
            }
        },
        BYTES_TWICE {
            @Override
            void answer(DataOutputStream out, long cookie) throws IOException {
                data(out, cookie, 0, 10);
                data(out, cookie, 9, 10);
            }
        },
        BYTES_MISSING {
            @Override
            void answer(DataOutputStream out, long cookie) throws IOException {
                data(out, cookie, 0, LENGTH - 1);
                done(out, cookie);
            }
        },
        HUGE_HOLE {
            @Override
            void answer(DataOutputStream out, long cookie) throws IOException {
                chunk(out, cookie, Protocol.REPLY_TYPE_OFFSET_HOLE, 12);
                out.writeLong(0);
                out.writeInt(-1);
            }
        },
        ENDLESS_EMPTY_CHUNKS {
            @Override
            void answer(DataOutputStream out, long cookie) throws IOException {
                chunk(out, cookie, Protocol.REPLY_TYPE_NONE, 0);
            }
        },
        OTHER_COOKIE {
            @Override
            void answer(DataOutputStream out, long cookie) throws IOException {
                done(out, cookie + 1);
            }
        },
        LONG_ERROR {
            @Override
            void answer(DataOutputStream out, long cookie) throws IOException {
                chunk(out, cookie, Protocol.REPLY_TYPE_ERROR, 1 << 30);
            }
        },
        UNKNOWN_CHUNK {
            @Override
            void answer(DataOutputStream out, long cookie) throws IOException {
                chunk(out, cookie, 77, 0);
            }
        },
        NO_REPLY_AT_ALL {
            @Override
            void answer(DataOutputStream out, long cookie) throws IOException {
                out.writeLong(0x0123456789abcdefL);
            }
        };

        abstract void answer(DataOutputStream out, long cookie) throws IOException;

        static void chunk(DataOutputStream out, long cookie, int type, int length) throws IOException {
            out.writeInt(Protocol.STRUCTURED_REPLY_MAGIC);
            out.writeShort(0);
            out.writeShort(type);
            out.writeLong(cookie);
            out.writeInt(length);
        }

        static void data(DataOutputStream out, long cookie, long offset, int length) throws IOException {
            chunk(out, cookie, Protocol.REPLY_TYPE_OFFSET_DATA, Long.BYTES + length);
            out.writeLong(offset);
            out.write(new byte[length]);
        }

        static void done(DataOutputStream out, long cookie) throws IOException {
            out.writeInt(Protocol.STRUCTURED_REPLY_MAGIC);
            out.writeShort(Protocol.REPLY_FLAG_DONE);
            out.writeShort(Protocol.REPLY_TYPE_NONE);
            out.writeLong(cookie);
            out.writeInt(0);
        }
    }

    @FunctionalInterface
    private interface Behaviour {
        void serve(DataInputStream in, DataOutputStream out) throws IOException;
    }

    private static ServerSocket server(Behaviour behaviour) throws IOException {
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            try (Socket client = socket.accept()) {
                behaviour.serve(
                        new DataInputStream(client.getInputStream()), new DataOutputStream(client.getOutputStream()));
                client.getInputStream().readAllBytes();
            } catch (IOException e) {
                // The client has had enough.
            }
        });
        return socket;
    }

    private static NbdClient connect(ServerSocket server) throws IOException {
        return NbdClient.open(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()), "disk", TIMEOUTS);
    }

    /** A right handshake: structured replies, base:allocation as context 7, a size. */
    private static void handshake(DataInputStream in, DataOutputStream out, long size) throws IOException {
        handshake(in, out, size, 1);
    }

    /** The same with the smallest block that the server takes. */
    private static void handshake(DataInputStream in, DataOutputStream out, long size, int minBlock)
            throws IOException {
        out.writeLong(Protocol.INIT_MAGIC);
        out.writeLong(Protocol.OPTION_MAGIC);
        out.writeShort(Protocol.FLAG_FIXED_NEWSTYLE | Protocol.FLAG_NO_ZEROES);
        in.readInt();
        reply(out, option(in), Protocol.REP_ACK, new byte[0]);
        int context = option(in);
        byte[] name = Protocol.BASE_ALLOCATION.getBytes(StandardCharsets.US_ASCII);
        byte[] found = Arrays.copyOf(new byte[] {0, 0, 0, 7}, 4 + name.length);
        System.arraycopy(name, 0, found, 4, name.length);
        reply(out, context, Protocol.REP_META_CONTEXT, found);
        reply(out, context, Protocol.REP_ACK, new byte[0]);
        int go = option(in);
        out.writeLong(Protocol.OPTION_REPLY_MAGIC);
        out.writeInt(go);
        out.writeInt(Protocol.REP_INFO);
        out.writeInt(12);
        out.writeShort(Protocol.INFO_EXPORT);
        out.writeLong(size);
        out.writeShort(Protocol.FLAG_HAS_FLAGS);
        out.writeLong(Protocol.OPTION_REPLY_MAGIC);
        out.writeInt(go);
        out.writeInt(Protocol.REP_INFO);
        out.writeInt(14);
        out.writeShort(Protocol.INFO_BLOCK_SIZE);
        out.writeInt(minBlock);
        out.writeInt(4096);
        out.writeInt(1 << 20);
        reply(out, go, Protocol.REP_ACK, new byte[0]);
    }

    private static int option(DataInputStream in) throws IOException {
        in.readLong();
        int option = in.readInt();
        in.skipNBytes(in.readInt());
        return option;
    }

    private static void reply(DataOutputStream out, int option, int type, byte[] data) throws IOException {
        out.writeLong(Protocol.OPTION_REPLY_MAGIC);
        out.writeInt(option);
        out.writeInt(type);
        out.writeInt(data.length);
        out.write(data);
    }

    private static long requestCookie(DataInputStream in) throws IOException {
        in.skipNBytes(8);
        long cookie = in.readLong();
        in.skipNBytes(12);
        return cookie;
    }

    private static void assertViolation(Throwable e) {
        assertThat(e)
                .isInstanceOfSatisfying(
                        BlockException.class,
                        failure -> assertThat(failure.errno()).isEqualTo(Errno.EBADMSG))
                .hasMessageContaining("breaks the protocol");
    }

    @ParameterizedTest
    @EnumSource(Lie.class)
    void aLieInAReplyEndsTheConnection(Lie lie) throws IOException {
        try (ServerSocket server = server((in, out) -> {
                    handshake(in, out, 1 << 20);
                    lie.answer(out, requestCookie(in));
                });
                NbdClient client = connect(server)) {
            assertThatThrownBy(() -> client.read(0, LENGTH)).satisfies(LyingServerTest::assertViolation);
        }
    }

    @Test
    void anAnswerInPiecesIsPutTogether() throws IOException {
        try (ServerSocket server = server((in, out) -> {
                    handshake(in, out, 1 << 20);
                    long cookie = requestCookie(in);
                    Lie.data(out, cookie, 1000, LENGTH - 1000);
                    Lie.data(out, cookie, 0, 1000);
                    Lie.done(out, cookie);
                });
                NbdClient client = connect(server)) {
            assertThat(client.read(0, LENGTH)).isEqualTo(new byte[LENGTH]);
        }
    }

    @Test
    void aBlockStatusOfNothingIsALie() throws IOException {
        try (ServerSocket server = server((in, out) -> {
                    handshake(in, out, 1 << 20);
                    Lie.chunk(out, requestCookie(in), Protocol.REPLY_TYPE_BLOCK_STATUS, 12);
                    out.writeInt(7);
                    out.writeLong(0);
                });
                NbdClient client = connect(server)) {
            assertThatThrownBy(() -> client.extents(0, LENGTH)).satisfies(LyingServerTest::assertViolation);
        }
    }

    @Test
    void aBlockStatusThatEndsBeforeWhatWasAskedForIsALie() throws IOException {
        try (ServerSocket server = server((in, out) -> {
                    handshake(in, out, 1 << 20, LENGTH);
                    long cookie = requestCookie(in);
                    Lie.chunk(out, cookie, Protocol.REPLY_TYPE_BLOCK_STATUS, 12);
                    out.writeInt(7);
                    out.writeInt(10);
                    out.writeInt(0);
                    Lie.done(out, cookie);
                });
                NbdClient client = connect(server)) {
            assertThatThrownBy(() -> client.extents(100, LENGTH)).satisfies(LyingServerTest::assertViolation);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, Integer.MIN_VALUE, -1, 128 << 10, 2 << 20})
    void blocksOfAnImpossibleSizeAreRefused(int minBlock) throws IOException {
        try (ServerSocket server = server((in, out) -> handshake(in, out, 1 << 20, minBlock))) {
            assertThatThrownBy(() -> connect(server)).satisfies(LyingServerTest::assertViolation);
        }
    }

    @Test
    void anExportOfAnImpossibleSizeIsRefused() throws IOException {
        try (ServerSocket server = server((in, out) -> handshake(in, out, Long.MAX_VALUE))) {
            assertThatThrownBy(() -> connect(server)).hasMessageContaining("at most 16 TiB");
        }
    }

    @Test
    void aServerOfAnotherProtocolIsRefused() throws IOException {
        try (ServerSocket server = server((in, out) -> out.writeBytes("HTTP/1.1 400 Bad Request\r\n\r\n"))) {
            assertThatThrownBy(() -> connect(server)).satisfies(LyingServerTest::assertViolation);
        }
    }

    @Test
    void aServerThatSaysNothingIsGivenUp() throws IOException {
        try (ServerSocket server = server((in, out) -> in.readByte())) {
            InetSocketAddress address = new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
            NbdTimeouts hasty = new NbdTimeouts(Duration.ofMillis(200), Duration.ofMillis(200));
            assertThatThrownBy(() -> NbdClient.open(address, "disk", hasty)).isInstanceOf(SocketTimeoutException.class);
        }
    }
}
