package berth.cli.command;

import berth.block.ImageSpec;
import berth.cli.call.ProgressLine;
import berth.cli.text.ByteSize;
import berth.cloud.MoveListener;
import berth.migration.CopyStatus;
import java.util.HashMap;
import java.util.Map;

/** Shows the copying of several disks in one line. Safe for use by several threads. */
final class InstanceProgress implements MoveListener {
    private final ProgressLine line;
    private final Map<ImageSpec, CopyStatus> disks = new HashMap<>();

    InstanceProgress(ProgressLine line) {
        this.line = line;
    }

    @Override
    public synchronized boolean copying(ImageSpec target, CopyStatus status) {
        disks.put(target, status);
        long done = 0;
        long objects = 0;
        long read = 0;
        double rate = 0;
        for (CopyStatus disk : disks.values()) {
            done += disk.objectsDone();
            objects += disk.objects();
            read += disk.bytesRead();
            rate += disk.objectsDone() < disk.objects() ? disk.bytesPerSecond() : 0;
        }
        String speed = rate >= 1 ? ", " + ByteSize.format((long) rate) + "/s" : "";
        int percent = objects == 0 ? 100 : (int) (100 * done / objects);
        return line.update(percent, " (copied " + ByteSize.format(read) + speed + ")");
    }

    @Override
    public boolean verifying(ImageSpec target, long done, long total) {
        int percent = total == 0 ? 100 : (int) (100 * done / total);
        return line.update(100, " (verifying " + target.image() + ", " + percent + "%)");
    }

    /** All moves have ended. */
    void end(boolean succeeded) {
        if (succeeded) {
            line.done();
        } else {
            line.failed();
        }
    }
}
