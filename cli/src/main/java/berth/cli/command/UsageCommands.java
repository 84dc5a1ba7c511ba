package berth.cli.command;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.DiskUsage;
import berth.block.Image;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.Problem;
import berth.block.Snapshot;
import berth.ceph.PoolSpec;
import berth.cli.call.Call;
import berth.cli.call.Command;
import berth.cli.call.CommandFailure;
import berth.cli.call.Grammar;
import berth.cli.call.ImageName;
import berth.cli.call.Specs;
import berth.cli.text.ByteSize;
import berth.cli.text.Json;
import berth.cli.text.Table;
import berth.cli.text.Table.Align;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;

/** The commands that say what depends on images and what they take: {@code disk-usage}, {@code children}. */
public final class UsageCommands {
    private record Row(ImageInfo info, Optional<Snapshot> snapshot, DiskUsage usage) {
        String name() {
            return snapshot.map(s -> info.spec().image() + "@" + s.name())
                    .orElse(info.spec().image());
        }
    }

    private record Total(long provisioned, long used) {}

    private UsageCommands() {}

    /** {@code disk-usage}. */
    public static Command diskUsage() {
        return new Command(
                new Grammar("disk-usage", "Show disk usage stats for pool, image or snapshot.")
                        .imageOrSnapshot()
                        .formatted()
                        .example("du vms/web")
                        .example("du -p vms"),
                UsageCommands::runDiskUsage);
    }

    private static int runDiskUsage(Call call) {
        boolean json = call.json();
        Optional<ImageName> named = Specs.optionalImage(call);
        List<Row> rows = new ArrayList<>();
        if (named.isPresent()) {
            addRows(call, named.get(), rows);
        } else {
            for (ImageInfo info : call.store().images(Specs.poolOf(call))) {
                addRows(call, new ImageName(info.spec(), Optional.empty()), rows);
            }
        }
        Total total = total(rows);
        if (json) {
            call.console().print(json(call, rows, total));
        } else {
            call.console().print(table(rows, total));
        }
        return 0;
    }

    private static void addRows(Call call, ImageName name, List<Row> rows) {
        try (Image image = call.open(name.image(), Access.READ_ONLY)) {
            ImageInfo info = image.info();
            boolean found = false;
            for (Snapshot snapshot : image.snapshots()) {
                if (name.snapshot().isEmpty() || name.snapshot().get().equals(snapshot.name())) {
                    found = true;
                    try (Image open = call.store().open(name.image().at(snapshot.name()))) {
                        rows.add(new Row(info, Optional.of(snapshot), open.usage()));
                    }
                }
            }
            if (name.snapshot().isEmpty()) {
                rows.add(new Row(info, Optional.empty(), image.usage()));
            } else if (!found) {
                throw CommandFailure.of(
                        "specified snapshot " + name.snapshot().get() + " is not found",
                        new BlockException(Problem.SNAPSHOT_NOT_FOUND, "no such snapshot"));
            }
        }
    }

    /** As {@code rbd} adds up: every image counts once with its size, and everything that is used. */
    private static Total total(List<Row> rows) {
        long provisioned = 0;
        long used = 0;
        for (Row row : rows) {
            used += row.usage.usedBytes();
            if (row.snapshot.isEmpty()) {
                provisioned += row.usage.provisionedBytes();
            }
        }
        return new Total(provisioned, used);
    }

    private static String table(List<Row> rows, Total total) {
        Table table = new Table()
                .column("NAME", Align.LEFT)
                .column("PROVISIONED", Align.RIGHT)
                .column("USED", Align.RIGHT);
        for (Row row : rows) {
            table.row(
                    row.name(), ByteSize.format(row.usage.provisionedBytes()), ByteSize.format(row.usage.usedBytes()));
        }
        if (rows.size() > 1) {
            table.row("<TOTAL>", ByteSize.format(total.provisioned), ByteSize.format(total.used));
        }
        return table.format();
    }

    private static String json(Call call, List<Row> rows, Total total) {
        return Json.write(call.pretty(), out -> {
            out.writeStartObject();
            out.writeArrayPropertyStart("images");
            rows.forEach(row -> write(out, row));
            out.writeEndArray();
            if (rows.size() > 1) {
                out.writeNumberProperty("total_provisioned_size", total.provisioned);
                out.writeNumberProperty("total_used_size", total.used);
            }
            out.writeEndObject();
        });
    }

    private static void write(JsonGenerator out, Row row) {
        out.writeStartObject();
        out.writeStringProperty("name", row.info.spec().image());
        out.writeStringProperty("id", row.info.id());
        if (row.snapshot.isPresent()) {
            out.writeStringProperty("snapshot", row.snapshot.get().name());
            out.writeNumberProperty("snapshot_id", row.snapshot.get().id());
        }
        out.writeNumberProperty("provisioned_size", row.usage.provisionedBytes());
        out.writeNumberProperty("used_size", row.usage.usedBytes());
        out.writeEndObject();
    }

    /** {@code children}. */
    public static Command children() {
        return new Command(
                new Grammar("children", "Display children of an image or its snapshot.")
                        .imageOrSnapshot()
                        .flag("-a --all", "list all children (include trash)")
                        .formatted()
                        .example("children images/debian@v1"),
                UsageCommands::runChildren);
    }

    private static int runChildren(Call call) {
        boolean json = call.json();
        ImageName name = Specs.imageOrSnapshot(call);
        List<ImageSpec> children;
        try {
            children = call.store().children(name.image(), name.snapshot());
        } catch (BlockException e) {
            throw switch (e.problem()) {
                case IMAGE_NOT_FOUND ->
                    CommandFailure.of("error opening image " + name.image().image(), e);
                case SNAPSHOT_NOT_FOUND -> new CommandFailure(e.errno().number(), "snapshot does not exist.");
                default -> CommandFailure.of("listing children failed", e);
            };
        }
        if (json) {
            call.console().print(Json.write(call.pretty(), out -> {
                out.writeStartArray();
                for (ImageSpec child : children) {
                    out.writeStartObject();
                    PoolSpec place = PoolSpec.parse(child.pool());
                    out.writeStringProperty("pool", place.pool());
                    out.writeStringProperty("pool_namespace", place.namespace());
                    out.writeStringProperty("image", child.image());
                    out.writeEndObject();
                }
                out.writeEndArray();
            }));
        } else {
            children.forEach(child -> call.console().println(child.toString()));
        }
        return 0;
    }
}
