package berth.cli.command;

import static berth.cli.call.CommandFailure.explainRun;

import berth.block.TrashEntry;
import berth.cli.call.Call;
import berth.cli.call.Command;
import berth.cli.call.CommandFailure;
import berth.cli.call.Grammar;
import berth.cli.call.Specs;
import berth.cli.text.Json;
import berth.cli.text.Table;
import berth.cli.text.Table.Align;
import java.util.List;

/** The commands on pools and their trash. */
public final class PoolCommands {
    private PoolCommands() {}

    /** {@code pool create}. */
    public static Command create() {
        return new Command(
                new Grammar("pool create", "Create a pool.")
                        .positional("pool-name", "pool name")
                        .example("pool create vms"),
                call -> {
                    String pool = name(call);
                    explainRun("creating pool failed", () -> call.store().createPool(pool));
                    return 0;
                });
    }

    /** {@code pool list}. */
    public static Command list() {
        return new Command(new Grammar("pool list", "List pools.").formatted().example("pool ls"), call -> {
            List<String> pools = call.store().pools();
            if (call.json()) {
                call.console().print(Json.write(call.pretty(), out -> {
                    out.writeStartArray();
                    pools.forEach(out::writeString);
                    out.writeEndArray();
                }));
            } else {
                pools.forEach(call.console()::println);
            }
            return 0;
        });
    }

    /** {@code pool remove}. */
    public static Command remove() {
        return new Command(
                new Grammar("pool remove", "Remove a pool that holds nothing.")
                        .positional("pool-name", "pool name")
                        .example("pool rm vms"),
                call -> {
                    String pool = Specs.checkPool(call, name(call));
                    explainRun("removing pool failed", () -> call.store().removePool(pool));
                    return 0;
                });
    }

    private static String name(Call call) {
        return call.args().positional(0).orElseThrow(() -> CommandFailure.invalid("pool name was not specified"));
    }

    /** {@code trash list}. */
    public static Command trash() {
        return new Command(
                new Grammar("trash list", "List trash images.")
                        .pool()
                        .flag("-a --all", "list images from all sources")
                        .flag("-l --long", "long listing format")
                        .formatted()
                        .example("trash ls --all vms"),
                PoolCommands::runTrash);
    }

    private static int runTrash(Call call) {
        boolean json = call.json();
        boolean all = call.args().flag("--all");
        List<TrashEntry> entries = call.store().trash(Specs.pool(call)).stream()
                .filter(entry -> all || entry.origin() == TrashEntry.Origin.USER)
                .toList();
        boolean isLong = call.args().flag("--long");
        if (json) {
            call.console().print(trashJson(call, entries, isLong));
        } else if (isLong && !entries.isEmpty()) {
            call.console().print(trashTable(call, entries));
        } else {
            entries.forEach(entry -> call.console().println(entry.id() + " " + entry.name()));
        }
        return 0;
    }

    private static String trashTable(Call call, List<TrashEntry> entries) {
        Table table = new Table()
                .column("ID", Align.LEFT)
                .column("NAME", Align.LEFT)
                .column("SOURCE", Align.LEFT)
                .column("DELETED_AT", Align.LEFT)
                .column("STATUS", Align.LEFT)
                .column("PARENT", Align.LEFT);
        for (TrashEntry entry : entries) {
            String deleted = call.time(entry.deleted());
            table.row(
                    entry.id(),
                    entry.name(),
                    entry.origin().name(),
                    deleted,
                    "expired at " + deleted,
                    entry.parent().map(parent -> parent.snapshot().toString()).orElse(""));
        }
        return table.format();
    }

    private static String trashJson(Call call, List<TrashEntry> entries, boolean isLong) {
        return Json.write(call.pretty(), out -> {
            out.writeStartArray();
            for (TrashEntry entry : entries) {
                out.writeStartObject();
                out.writeStringProperty("id", entry.id());
                out.writeStringProperty("name", entry.name());
                if (isLong) {
                    out.writeStringProperty("source", entry.origin().name());
                    out.writeStringProperty("deleted_at", call.time(entry.deleted()));
                    out.writeStringProperty("status", "expired at " + call.time(entry.deleted()));
                }
                out.writeEndObject();
            }
            out.writeEndArray();
        });
    }
}
