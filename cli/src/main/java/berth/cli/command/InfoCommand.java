package berth.cli.command;

import berth.block.Image;
import berth.block.ImageInfo;
import berth.block.Layout;
import berth.block.ParentLink;
import berth.block.Snapshot;
import berth.block.SnapshotSpec;
import berth.ceph.CephImage;
import berth.ceph.PoolSpec;
import berth.cli.call.Call;
import berth.cli.call.Command;
import berth.cli.call.CommandFailure;
import berth.cli.call.Grammar;
import berth.cli.call.Specs;
import berth.cli.text.ByteSize;
import berth.cli.text.Json;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;

/** {@code info}. */
public final class InfoCommand {
    private InfoCommand() {}

    /** {@code info}. */
    public static Command info() {
        return new Command(
                new Grammar("info", "Show information about image size, striping, etc.")
                        .imageOrSnapshot()
                        .option("--image-id", "image-id", "image id; the image may be in the trash")
                        .formatted()
                        .example("info vms/web")
                        .example("info --format json vms/web@before-upgrade"),
                InfoCommand::run);
    }

    private static int run(Call call) {
        boolean json = call.json();
        try (Image image = open(call)) {
            call.console().print(json ? json(call, image) : text(call, image));
        }
        return 0;
    }

    /** Opens the image that the arguments name, by name or by id. */
    static Image open(Call call) {
        Optional<String> id = call.args().option("--image-id");
        if (id.isEmpty()) {
            return call.open(Specs.imageOrSnapshot(call));
        }
        String pool = Specs.poolOf(call);
        return CommandFailure.explain(
                "error opening image with id " + id.get(),
                () -> call.store().openById(pool, id.get(), call.args().option("--snap")));
    }

    private static String text(Call call, Image image) {
        ImageInfo info = image.info();
        Layout layout = info.layout();
        StringBuilder text = new StringBuilder()
                .append("rbd image '")
                .append(info.spec().image())
                .append("':\n");
        line(text, "size " + ByteSize.format(image.size()) + " in " + layout.objects(image.size()) + " objects");
        line(text, "order " + layout.order() + " (" + ByteSize.format(layout.objectBytes()) + " objects)");
        line(text, "snapshot_count: " + info.snapshotCount());
        line(text, "id: " + info.id());
        CephImage.Placement placement = placement(image);
        placement.dataPool().ifPresent(pool -> line(text, "data_pool: " + pool));
        line(text, "block_name_prefix: " + placement.blockNamePrefix());
        line(text, "format: 2");
        line(text, "features: " + String.join(", ", info.features()));
        line(text, "op_features: ");
        line(text, "flags: ");
        line(text, "create_timestamp: " + call.time(info.created()));
        line(text, "access_timestamp: " + call.time(info.accessed()));
        line(text, "modify_timestamp: " + call.time(info.modified()));
        image.snapshot().ifPresent(s -> line(text, "protected: " + (s.isProtected() ? "True" : "False")));
        info.parent().ifPresent(parent -> {
            line(text, "parent: " + parent.snapshot());
            line(text, "overlap: " + ByteSize.format(parent.overlapBytes()));
        });
        if (layout.striped()) {
            line(text, "stripe unit: " + ByteSize.format(layout.stripeUnitBytes()));
            line(text, "stripe count: " + layout.stripeCount());
        }
        return text.toString();
    }

    /** An image of a local store has the prefix that one of the same id would have. */
    private static CephImage.Placement placement(Image image) {
        return image instanceof CephImage ceph
                ? ceph.placement()
                : new CephImage.Placement(
                        Optional.empty(), "rbd_data." + image.info().id());
    }

    private static void line(StringBuilder text, String line) {
        text.append('\t').append(line).append('\n');
    }

    private static String json(Call call, Image image) {
        return Json.write(call.pretty(), out -> {
            out.writeStartObject();
            writeShape(out, image);
            ImageInfo info = image.info();
            out.writeStringProperty("create_timestamp", call.time(info.created()));
            out.writeStringProperty("access_timestamp", call.time(info.accessed()));
            out.writeStringProperty("modify_timestamp", call.time(info.modified()));
            Optional<Snapshot> snapshot = image.snapshot();
            if (snapshot.isPresent()) {
                out.writeStringProperty(
                        "protected", Boolean.toString(snapshot.get().isProtected()));
            }
            if (info.parent().isPresent()) {
                writeParent(call, out, info.parent().get());
            }
            if (info.layout().striped()) {
                out.writeNumberProperty("stripe_unit", info.layout().stripeUnitBytes());
                out.writeNumberProperty("stripe_count", info.layout().stripeCount());
            }
            out.writeEndObject();
        });
    }

    private static void writeShape(JsonGenerator out, Image image) {
        ImageInfo info = image.info();
        out.writeStringProperty("name", info.spec().image());
        out.writeStringProperty("id", info.id());
        out.writeNumberProperty("size", image.size());
        out.writeNumberProperty("objects", info.layout().objects(image.size()));
        out.writeNumberProperty("order", info.layout().order());
        out.writeNumberProperty("object_size", info.layout().objectBytes());
        out.writeNumberProperty("snapshot_count", info.snapshotCount());
        CephImage.Placement placement = placement(image);
        placement.dataPool().ifPresent(pool -> out.writeStringProperty("data_pool", pool));
        out.writeStringProperty("block_name_prefix", placement.blockNamePrefix());
        out.writeNumberProperty("format", 2);
        out.writeArrayPropertyStart("features");
        info.features().forEach(out::writeString);
        out.writeEndArray();
        out.writeArrayPropertyStart("op_features");
        out.writeEndArray();
        out.writeArrayPropertyStart("flags");
        out.writeEndArray();
    }

    private static void writeParent(Call call, JsonGenerator out, ParentLink parent) {
        SnapshotSpec snapshot = parent.snapshot();
        out.writeObjectPropertyStart("parent");
        PoolSpec place = PoolSpec.parse(snapshot.image().pool());
        out.writeStringProperty("pool", place.pool());
        out.writeStringProperty("pool_namespace", place.namespace());
        out.writeStringProperty("image", snapshot.image().image());
        out.writeStringProperty("id", call.store().info(snapshot.image()).id());
        out.writeStringProperty("snapshot", snapshot.snapshot());
        out.writeBooleanProperty("trash", false);
        out.writeNumberProperty("overlap", parent.overlapBytes());
        out.writeEndObject();
    }
}
