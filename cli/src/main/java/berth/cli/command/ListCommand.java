package berth.cli.command;

import berth.block.Access;
import berth.block.Image;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.ParentLink;
import berth.block.Snapshot;
import berth.block.SnapshotSpec;
import berth.ceph.PoolSpec;
import berth.cli.call.Call;
import berth.cli.call.Command;
import berth.cli.call.CommandFailure;
import berth.cli.call.Grammar;
import berth.cli.call.Specs;
import berth.cli.text.ByteSize;
import berth.cli.text.Json;
import berth.cli.text.Table;
import berth.cli.text.Table.Align;
import berth.posix.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;

/** {@code list}. */
public final class ListCommand {
    private record Entry(ImageInfo info, List<Snapshot> snapshots) {}

    private ListCommand() {}

    /** {@code list}. */
    public static Command list() {
        return new Command(
                new Grammar("list", "List images.")
                        .flag("-l --long", "long listing format")
                        .pool()
                        .formatted()
                        .example("ls vms")
                        .example("ls -l --format json vms"),
                ListCommand::run);
    }

    private static int run(Call call) {
        boolean json = call.json();
        String pool;
        try {
            pool = Specs.pool(call);
        } catch (CommandFailure e) {
            call.console()
                    .complain(String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
            throw new CommandFailure(
                    e.status(), "listing images failed: " + Errno.of(e.status()).described());
        }
        if (call.args().flag("--long")) {
            printLong(call, json, call.store().images(pool));
            return 0;
        }
        List<ImageSpec> images = call.store().names(pool);
        if (json) {
            call.console().print(Json.write(call.pretty(), out -> {
                out.writeStartArray();
                images.forEach(image -> out.writeString(image.image()));
                out.writeEndArray();
            }));
        } else {
            for (ImageSpec image : images) {
                call.console().println(image.image());
            }
        }
        return 0;
    }

    private static void printLong(Call call, boolean json, List<ImageInfo> images) {
        List<Entry> entries = new ArrayList<>();
        for (ImageInfo info : images) {
            try (Image image = call.open(info.spec(), Access.READ_ONLY)) {
                entries.add(new Entry(info, image.snapshots()));
            }
        }
        if (json) {
            call.console().print(Json.write(call.pretty(), out -> {
                out.writeStartArray();
                entries.forEach(entry -> write(out, entry));
                out.writeEndArray();
            }));
        } else if (!entries.isEmpty()) {
            call.console().print(table(entries));
        }
    }

    private static String table(List<Entry> entries) {
        Table table = new Table()
                .column("NAME", Align.LEFT)
                .column("SIZE", Align.RIGHT)
                .column("PARENT", Align.LEFT)
                .column("FMT", Align.RIGHT)
                .column("PROT", Align.LEFT)
                .column("LOCK", Align.LEFT);
        for (Entry entry : entries) {
            String name = entry.info.spec().image();
            String parent = entry.info
                    .parent()
                    .map(ParentLink::snapshot)
                    .map(SnapshotSpec::toString)
                    .orElse("");
            table.row(name, ByteSize.format(entry.info.size()), parent, "2", "", "");
            for (Snapshot s : entry.snapshots) {
                String snapshot = name + "@" + s.name();
                table.row(snapshot, ByteSize.format(s.size()), parent, "2", s.isProtected() ? "yes" : "", "");
            }
        }
        return table.format();
    }

    private static void write(JsonGenerator out, Entry entry) {
        out.writeStartObject();
        out.writeStringProperty("image", entry.info.spec().image());
        out.writeStringProperty("id", entry.info.id());
        out.writeNumberProperty("size", entry.info.size());
        writeParent(out, entry.info.parent());
        out.writeNumberProperty("format", 2);
        out.writeEndObject();
        for (Snapshot s : entry.snapshots) {
            out.writeStartObject();
            out.writeStringProperty("image", entry.info.spec().image());
            out.writeStringProperty("id", entry.info.id());
            out.writeStringProperty("snapshot", s.name());
            out.writeNumberProperty("snapshot_id", s.id());
            out.writeNumberProperty("size", s.size());
            writeParent(out, entry.info.parent());
            out.writeNumberProperty("format", 2);
            out.writeStringProperty("protected", Boolean.toString(s.isProtected()));
            out.writeEndObject();
        }
    }

    private static void writeParent(JsonGenerator out, Optional<ParentLink> parent) {
        if (parent.isPresent()) {
            SnapshotSpec snapshot = parent.get().snapshot();
            out.writeObjectPropertyStart("parent");
            PoolSpec place = PoolSpec.parse(snapshot.image().pool());
            out.writeStringProperty("pool", place.pool());
            out.writeStringProperty("pool_namespace", place.namespace());
            out.writeStringProperty("image", snapshot.image().image());
            out.writeStringProperty("snapshot", snapshot.snapshot());
            out.writeEndObject();
        }
    }
}
