package berth.migration;

import berth.block.Fill;
import berth.block.ObjectDigest;
import java.util.function.Consumer;

/** A fill that hands everything on; tests replace what they want to go wrong. */
class FilterFill implements Fill {
    final Fill to;

    FilterFill(Fill to) {
        this.to = to;
    }

    @Override
    public long objectBytes() {
        return to.objectBytes();
    }

    @Override
    public long objects() {
        return to.objects();
    }

    @Override
    public boolean isFilled(long object) {
        return to.isFilled(object);
    }

    @Override
    public long filledObjects() {
        return to.filledObjects();
    }

    @Override
    public Copied fill(long object) {
        return to.fill(object);
    }

    @Override
    public ObjectDigest recorded(long object) {
        return to.recorded(object);
    }

    @Override
    public ObjectDigest reread(long object, Consumer<ObjectDigest> points) {
        return to.reread(object, points);
    }

    @Override
    public ObjectDigest sourceDigest(long object) {
        return to.sourceDigest(object);
    }

    @Override
    public void checkpoint() {
        to.checkpoint();
    }

    @Override
    public long foregroundRequests() {
        return to.foregroundRequests();
    }

    @Override
    public void close() {
        to.close();
    }
}
