package berth.nbd;

import berth.block.BlockDevice;

/**
 * An export that is open for one connection. Closing it closes the device.
 *
 * @param name the canonical name
 * @param description for people; may be empty
 * @param device what is read and written
 * @param readOnly whether clients may only read; implied when the device is read-only
 */
public record Export(String name, String description, BlockDevice device, boolean readOnly) implements AutoCloseable {
    public Export {
        readOnly |= device.readOnly();
    }

    /** The size in bytes as it is now. */
    public long size() {
        return device.size();
    }

    @Override
    public void close() {
        device.close();
    }
}
