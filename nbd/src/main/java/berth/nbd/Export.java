package berth.nbd;

import berth.block.BlockDevice;

/**
 * An export that is open for one connection.
 *
 * @param name the canonical name
 * @param description for people; may be empty
 * @param device what is read and written; it may be that of other connections, too
 * @param readOnly whether clients may only read; implied when the device is read-only
 * @param whenClosed gives the device back
 */
public record Export(String name, String description, BlockDevice device, boolean readOnly, Runnable whenClosed)
        implements AutoCloseable {
    public Export {
        readOnly |= device.readOnly();
    }

    /** An export that has its device for itself, and closes it. */
    public Export(String name, String description, BlockDevice device, boolean readOnly) {
        this(name, description, device, readOnly, device::close);
    }

    /** The size in bytes as it is now. */
    public long size() {
        return device.size();
    }

    @Override
    public void close() {
        whenClosed.run();
    }
}
