package berth.cli.command;

import berth.block.BlockException;
import berth.block.ImageSpec;
import berth.block.MigrationRecord;
import berth.block.Problem;
import berth.block.Watcher;
import berth.ceph.PoolSpec;
import berth.cli.call.Call;
import berth.cli.call.Command;
import berth.cli.call.CommandFailure;
import berth.cli.call.Grammar;
import berth.cli.call.Specs;
import berth.cli.text.Json;
import berth.migration.MigrationStatus;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;

/** {@code status}. */
public final class StatusCommand {
    private StatusCommand() {}

    /** {@code status}. */
    public static Command status() {
        return new Command(
                new Grammar("status", "Show the status of this image.")
                        .image()
                        .formatted()
                        .example("status vms/web"),
                StatusCommand::run);
    }

    private static int run(Call call) {
        boolean json = call.json();
        ImageSpec spec = Specs.image(call);
        Optional<MigrationStatus> migration =
                CommandFailure.explain("error opening image " + spec.image(), () -> migration(call, spec));
        // Until a copy is complete there is no image of its name that anyone could watch.
        boolean usable = migration.isEmpty() || migration.get().record().usable();
        List<Watcher> watchers = usable ? call.store().watchers(spec) : List.of();
        call.console().print(json ? json(call, watchers, migration) : text(watchers, migration));
        return 0;
    }

    private static Optional<MigrationStatus> migration(Call call, ImageSpec spec) {
        try {
            call.store().migration(spec);
            return Optional.of(call.engine().mover().status(spec));
        } catch (BlockException e) {
            if (e.problem() == Problem.NOT_MIGRATING) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static String text(List<Watcher> watchers, Optional<MigrationStatus> migration) {
        StringBuilder text = new StringBuilder(watchers.isEmpty() ? "Watchers: none\n" : "Watchers:\n");
        for (Watcher w : watchers) {
            text.append("\twatcher=").append(w.address());
            text.append(" client.").append(w.client());
            text.append(" cookie=").append(w.cookie()).append('\n');
        }
        migration.ifPresent(status -> {
            MigrationRecord record = status.record();
            String source = record.source()
                    .map(image -> image + " (" + record.sourceId().orElse("") + ")")
                    .orElse(record.sourceDescription());
            text.append("Migration:\n\tsource: ").append(source);
            text.append("\n\tdestination: ").append(record.target());
            text.append(" (").append(record.targetId()).append(")\n");
            status.parent()
                    .ifPresent(
                            parent -> text.append("\tparent: ").append(parent).append('\n'));
            text.append("\tstate: ").append(status.stateText()).append('\n');
        });
        return text.toString();
    }

    private static String json(Call call, List<Watcher> watchers, Optional<MigrationStatus> migration) {
        return Json.write(call.pretty(), out -> {
            out.writeStartObject();
            out.writeArrayPropertyStart("watchers");
            for (Watcher w : watchers) {
                out.writeStartObject();
                out.writeStringProperty("address", w.address());
                out.writeNumberProperty("client", w.client());
                out.writeNumberProperty("cookie", w.cookie());
                out.writeEndObject();
            }
            out.writeEndArray();
            if (migration.isPresent()) {
                write(out, migration.get());
            }
            out.writeEndObject();
        });
    }

    private static void write(JsonGenerator out, MigrationStatus status) {
        MigrationRecord record = status.record();
        out.writeObjectPropertyStart("migration");
        if (record.source().isPresent()) {
            writePool(out, "source", record.source().get());
            out.writeStringProperty("source_image_name", record.source().get().image());
            out.writeStringProperty("source_image_id", record.sourceId().orElse(""));
        } else {
            out.writeStringProperty("source_spec", record.sourceDescription());
        }
        writePool(out, "dest", record.target());
        out.writeStringProperty("dest_image_name", record.target().image());
        out.writeStringProperty("dest_image_id", record.targetId());
        status.parent().ifPresent(parent -> out.writeStringProperty("parent", parent));
        out.writeStringProperty("state", record.state().toString());
        out.writeStringProperty("state_description", status.description());
        out.writeEndObject();
    }

    private static void writePool(JsonGenerator out, String side, ImageSpec image) {
        PoolSpec place = PoolSpec.parse(image.pool());
        out.writeStringProperty(side + "_pool_name", place.pool());
        out.writeStringProperty(side + "_pool_namespace", place.namespace());
    }
}
