package berth.nbd;

import java.io.Closeable;
import java.io.IOException;

/** Closing where nobody can do anything about a failure. */
final class Closing {
    private Closing() {}

    /** Closes; a failure is logged. */
    static void quietly(Closeable resource) {
        try {
            resource.close();
        } catch (IOException e) {
            System.getLogger(Closing.class.getName()).log(System.Logger.Level.DEBUG, "closing failed", e);
        }
    }
}
