package berth.cli;

import berth.cli.call.Command;
import berth.cli.command.BenchCommand;
import berth.cli.command.CheckCommand;
import berth.cli.command.CloudCommands;
import berth.cli.command.DiffCommand;
import berth.cli.command.HttpCommand;
import berth.cli.command.ImageCommands;
import berth.cli.command.InfoCommand;
import berth.cli.command.InstanceCommands;
import berth.cli.command.LibvirtSecretCommands;
import berth.cli.command.ListCommand;
import berth.cli.command.MigrationCommands;
import berth.cli.command.NamespaceCommands;
import berth.cli.command.PoolCommands;
import berth.cli.command.PrepareCommand;
import berth.cli.command.PromoteCommand;
import berth.cli.command.QuickstartCommand;
import berth.cli.command.ReceiptCommands;
import berth.cli.command.SecretCommands;
import berth.cli.command.ServeCommands;
import berth.cli.command.SnapCommands;
import berth.cli.command.StatusCommand;
import berth.cli.command.TransferCommands;
import berth.cli.command.UsageCommands;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The commands by the words that call them, in the order of the help. */
enum Verb {
    BENCH("bench"),
    CHECK("check"),
    CHILDREN("children"),
    CLONE("clone"),
    COMPLETION("completion"),
    CONFIG_RENDER("config render"),
    CREATE("create"),
    DIFF("diff"),
    DISK_USAGE("disk-usage", "du"),
    DOCTOR("doctor"),
    EXPORT("export"),
    FLATTEN("flatten"),
    HELP("help"),
    HTTP_SERVE("http serve"),
    IMPORT("import"),
    INFO("info"),
    INSTANCE_MIGRATE("instance migrate"),
    LIBVIRT_SECRET_CHECK("libvirt secret check"),
    LIBVIRT_SECRET_DEFINE("libvirt secret define"),
    LIST("list", "ls"),
    MIGRATION_ABORT("migration abort"),
    MIGRATION_COMMIT("migration commit"),
    MIGRATION_EXECUTE("migration execute"),
    MIGRATION_PREPARE("migration prepare"),
    NAMESPACE_CREATE("namespace create"),
    NAMESPACE_LIST("namespace list", "namespace ls"),
    NAMESPACE_REMOVE("namespace remove", "namespace rm"),
    NBD_SERVE("nbd serve"),
    POOL_CREATE("pool create"),
    POOL_LIST("pool list", "pool ls"),
    POOL_REMOVE("pool remove", "pool rm"),
    PROMOTE("promote"),
    QUICKSTART("quickstart"),
    RECEIPT_LIST("receipt list", "receipt ls"),
    RECEIPT_VERIFY("receipt verify"),
    REMOVE("remove", "rm"),
    RENAME("rename", "mv"),
    RESIZE("resize"),
    SCRUB("scrub"),
    SECRET_LIST("secret list", "secret ls"),
    SECRET_REMOVE("secret remove", "secret rm"),
    SECRET_SET("secret set"),
    SERVE("serve"),
    SNAP_CREATE("snap create", "snap add"),
    SNAP_LIST("snap list", "snap ls"),
    SNAP_PROTECT("snap protect"),
    SNAP_PURGE("snap purge"),
    SNAP_REMOVE("snap remove", "snap rm"),
    SNAP_RENAME("snap rename"),
    SNAP_ROLLBACK("snap rollback", "snap revert"),
    SNAP_UNPROTECT("snap unprotect"),
    STATUS("status"),
    TRASH_LIST("trash list", "trash ls");

    private final String words;
    private final @Nullable String alias;

    Verb(String words) {
        this(words, null);
    }

    Verb(String words, @Nullable String alias) {
        this.words = words;
        this.alias = alias;
    }

    /** The words that call it; those that its help shows come first. */
    List<String> names() {
        return alias == null ? List.of(words) : List.of(words, alias);
    }

    /** Whether it works on a store. */
    boolean needsStore() {
        return switch (this) {
            case HELP, COMPLETION, CONFIG_RENDER, DOCTOR, LIBVIRT_SECRET_CHECK, LIBVIRT_SECRET_DEFINE -> false;
            default -> true;
        };
    }

    /** The command itself; its class is loaded here. */
    Command load() {
        return switch (this) {
            case BENCH -> BenchCommand.bench();
            case CHECK -> CheckCommand.check();
            case CHILDREN -> UsageCommands.children();
            case CLONE -> ImageCommands.cloneSnapshot();
            case COMPLETION -> Completion.completion();
            case CONFIG_RENDER -> CloudCommands.render();
            case CREATE -> ImageCommands.create();
            case DIFF -> DiffCommand.diff();
            case DISK_USAGE -> UsageCommands.diskUsage();
            case DOCTOR -> CloudCommands.doctor();
            case EXPORT -> TransferCommands.export();
            case FLATTEN -> ImageCommands.flatten();
            case HELP -> Help.help();
            case HTTP_SERVE -> HttpCommand.serve();
            case IMPORT -> TransferCommands.importImage();
            case INFO -> InfoCommand.info();
            case INSTANCE_MIGRATE -> InstanceCommands.migrate();
            case LIBVIRT_SECRET_CHECK -> LibvirtSecretCommands.check();
            case LIBVIRT_SECRET_DEFINE -> LibvirtSecretCommands.define();
            case LIST -> ListCommand.list();
            case MIGRATION_ABORT -> MigrationCommands.abort();
            case MIGRATION_COMMIT -> MigrationCommands.commit();
            case MIGRATION_EXECUTE -> MigrationCommands.execute();
            case MIGRATION_PREPARE -> PrepareCommand.prepare();
            case NAMESPACE_CREATE -> NamespaceCommands.create();
            case NAMESPACE_LIST -> NamespaceCommands.list();
            case NAMESPACE_REMOVE -> NamespaceCommands.remove();
            case NBD_SERVE -> ServeCommands.nbd();
            case POOL_CREATE -> PoolCommands.create();
            case POOL_LIST -> PoolCommands.list();
            case POOL_REMOVE -> PoolCommands.remove();
            case PROMOTE -> PromoteCommand.promote();
            case QUICKSTART -> QuickstartCommand.quickstart();
            case RECEIPT_LIST -> ReceiptCommands.list();
            case RECEIPT_VERIFY -> ReceiptCommands.verify();
            case REMOVE -> ImageCommands.remove();
            case RENAME -> ImageCommands.rename();
            case RESIZE -> ImageCommands.resize();
            case SCRUB -> CheckCommand.scrub();
            case SECRET_LIST -> SecretCommands.list();
            case SECRET_REMOVE -> SecretCommands.remove();
            case SECRET_SET -> SecretCommands.set();
            case SERVE -> ServeCommands.serve();
            case SNAP_CREATE -> SnapCommands.create();
            case SNAP_LIST -> SnapCommands.list();
            case SNAP_PROTECT -> SnapCommands.protect();
            case SNAP_PURGE -> SnapCommands.purge();
            case SNAP_REMOVE -> SnapCommands.remove();
            case SNAP_RENAME -> SnapCommands.rename();
            case SNAP_ROLLBACK -> SnapCommands.rollback();
            case SNAP_UNPROTECT -> SnapCommands.unprotect();
            case STATUS -> StatusCommand.status();
            case TRASH_LIST -> PoolCommands.trash();
        };
    }
}
