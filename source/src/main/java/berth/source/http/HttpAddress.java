package berth.source.http;

import java.net.URI;
import java.util.Optional;

/**
 * Where a file on a web server is, and how to get it.
 *
 * @param name what the file is called in messages: its address without the query
 * @param target its address
 * @param authorization the header that says who asks
 */
public record HttpAddress(String name, URI target, Optional<String> authorization) {
    /** Without what is secret. */
    @Override
    public String toString() {
        return name;
    }
}
