package berth.cli.command;

import berth.block.BlockException;
import berth.ceph.CephStore;
import berth.ceph.PoolSpec;
import berth.cli.call.Call;
import berth.cli.call.Command;
import berth.cli.call.CommandFailure;
import berth.cli.call.Grammar;
import berth.cli.call.SpecText;
import berth.cli.call.Specs;
import berth.cli.text.Json;
import berth.cli.text.Table;
import berth.cli.text.Table.Align;
import berth.posix.Errno;
import java.util.List;
import java.util.function.BiConsumer;

/** The commands on the namespaces of a cluster's pools. */
public final class NamespaceCommands {
    private NamespaceCommands() {}

    /** {@code namespace create}. */
    public static Command create() {
        return new Command(
                new Grammar("namespace create", "Create an RBD image namespace.")
                        .pool()
                        .example("namespace create vms/tenant"),
                call -> on(
                        call,
                        (cluster, spec) -> CommandFailure.explainRun(
                                "failed to created namespace", // rbd's words
                                () -> cluster.createNamespace(spec.pool(), spec.namespace()))));
    }

    private static int on(Call call, BiConsumer<CephStore, PoolSpec> work) {
        work.accept(cluster(call), namespace(call));
        return 0;
    }

    /** {@code namespace list}. */
    public static Command list() {
        return new Command(
                new Grammar("namespace list", "List RBD image namespaces.")
                        .option("-p --pool", "pool", "pool name")
                        .positional("pool-name", "pool name")
                        .formatted()
                        .example("namespace ls vms"),
                NamespaceCommands::runList);
    }

    private static int runList(Call call) {
        boolean json = call.json();
        CephStore cluster = cluster(call);
        SpecText text = Specs.poolText(call);
        if (text.namespace().isPresent()) {
            throw CommandFailure.invalid("invalid pool '" + text.place() + "'");
        }
        String pool = Specs.checkPool(call, text.place());
        List<String> names = CommandFailure.explain("failed to list namespaces", () -> cluster.namespaces(pool));
        if (json) {
            call.console().print(Json.write(call.pretty(), out -> {
                out.writeStartArray();
                for (String name : names) {
                    out.writeStartObject();
                    out.writeStringProperty("name", name);
                    out.writeEndObject();
                }
                out.writeEndArray();
            }));
        } else if (!names.isEmpty()) {
            Table table = new Table().column("NAME", Align.LEFT);
            names.forEach(table::row);
            call.console().print(table.format());
        }
        return 0;
    }

    /** {@code namespace remove}. */
    public static Command remove() {
        return new Command(
                new Grammar("namespace remove", "Remove an RBD image namespace.")
                        .pool()
                        .example("namespace rm vms/tenant"),
                call -> on(call, NamespaceCommands::removeNamespace));
    }

    private static void removeNamespace(CephStore cluster, PoolSpec spec) {
        try {
            cluster.removeNamespace(spec.pool(), spec.namespace());
        } catch (BlockException e) {
            throw switch (e.problem()) {
                case POOL_NOT_EMPTY ->
                    new CommandFailure(Errno.EBUSY.number(), "namespace contains images which must be deleted first.");
                case POOL_NOT_FOUND -> new CommandFailure(e.errno().number(), "namespace does not exist.");
                default -> CommandFailure.of("failed to remove namespace", e);
            };
        }
    }

    private static CephStore cluster(Call call) {
        if (call.store() instanceof CephStore cluster) {
            return cluster;
        }
        throw Specs.noNamespaces();
    }

    private static PoolSpec namespace(Call call) {
        SpecText text = Specs.poolText(call);
        if (text.namespace().filter(name -> !name.isEmpty()).isEmpty()) {
            throw CommandFailure.invalid("namespace name was not specified");
        }
        Specs.checkPool(call, text.pool().orElse(Specs.DEFAULT_POOL));
        return PoolSpec.parse(text.place());
    }
}
