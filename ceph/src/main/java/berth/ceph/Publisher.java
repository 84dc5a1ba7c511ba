package berth.ceph;

import berth.block.BlockException;
import berth.block.Problem;
import berth.block.Source;
import java.net.URI;

/** Shows sources as plain qcow2 files over HTTP, which is the one form that librbd reads right. */
public interface Publisher {
    /** Shows nothing. */
    Publisher NONE = _ -> {
        throw new BlockException(
                Problem.UNSUPPORTED,
                "an image that can be used while it is being filled reads its source over HTTP: say where to serve it"
                        + " with --listen, or copy the disk with 'import'");
    };

    /**
     * Shows a source until the migration that reads it has been executed.
     *
     * @param source stays open as long as it is shown
     * @return where every client of the cluster that opens the image finds it; nobody can guess it
     */
    URI publish(Source source);
}
