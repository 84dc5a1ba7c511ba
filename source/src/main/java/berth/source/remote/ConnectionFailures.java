package berth.source.remote;

import berth.block.BlockException;
import berth.block.Problem;
import berth.posix.Errno;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** What the exceptions of the JDK's network code mean. */
public final class ConnectionFailures {
    private ConnectionFailures() {}

    /**
     * The failure that an exception stands for.
     *
     * @param name the file's name
     * @return a failure that another attempt may not have
     * @throws BlockException for those that every attempt would have: no such host, no trust in its certificate, an answer
     *     that is none
     */
    public static TransientFailure of(String name, Throwable cause) {
        List<Throwable> chain = chain(cause);
        if (has(chain, UnresolvedAddressException.class) || has(chain, UnknownHostException.class)) {
            throw new BlockException(
                    Problem.SOURCE_NOT_FOUND, name + ": the host's name cannot be resolved to an address");
        }
        boolean broken = has(chain, EOFException.class) || has(chain, SocketException.class);
        if (has(chain, CertificateException.class) || (has(chain, SSLException.class) && !broken)) {
            throw BlockException.withErrno(
                    Problem.IO,
                    Errno.EACCES,
                    name + ": no trusted connection to the server: " + reason(chain.getLast())
                            + "; if an authority of your own issued its certificate, name the file with the"
                            + " authority's certificate as 'ca_file'");
        }
        if (has(chain, HttpTimeoutException.class) || has(chain, SocketTimeoutException.class)) {
            return new TransientFailure(Errno.ETIMEDOUT, "the server did not answer in time");
        }
        if (has(chain, ConnectException.class)) {
            // The JDK's client says nothing where connections are refused.
            String why = chain.stream()
                    .flatMap(e -> Optional.ofNullable(e.getMessage()).stream())
                    .findFirst()
                    .map(RangeRules::quoted)
                    .orElse("it refuses connections");
            return TransientFailure.refused("the server cannot be reached: " + why);
        }
        if (has(chain, IOException.class)) {
            return new TransientFailure(Errno.EIO, "the connection broke: " + reason(chain.getLast()));
        }
        // The JDK's client believes what servers send, and trips over it.
        throw new RangeRules(name)
                .senseless("it cannot be read (" + cause.getClass().getSimpleName() + ")");
    }

    /** Whether an exception is about the connection, not about what came through it. */
    public static boolean isNetwork(Throwable failure) {
        List<Throwable> chain = chain(failure);
        return has(chain, IOException.class) || has(chain, UnresolvedAddressException.class);
    }

    private static List<Throwable> chain(Throwable first) {
        List<Throwable> chain = new ArrayList<>();
        for (Throwable e = first; e != null && !chain.contains(e); e = e.getCause()) {
            chain.add(e);
        }
        return chain;
    }

    private static boolean has(List<Throwable> chain, Class<? extends Throwable> type) {
        return chain.stream().anyMatch(type::isInstance);
    }

    private static String reason(Throwable e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : RangeRules.quoted(message);
    }
}
