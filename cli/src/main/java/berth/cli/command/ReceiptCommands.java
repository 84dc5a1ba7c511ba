package berth.cli.command;

import berth.block.BlockException;
import berth.cli.call.Call;
import berth.cli.call.Command;
import berth.cli.call.CommandFailure;
import berth.cli.call.Grammar;
import berth.cli.text.Json;
import berth.cli.text.Table;
import berth.cli.text.Table.Align;
import berth.migration.Receipt;
import berth.migration.ReceiptCheck;
import berth.migration.ReceiptFindings;
import berth.migration.ReceiptFindings.Verdict;
import berth.migration.ReceiptStatement;
import berth.migration.Receipts;
import berth.migration.SigningKey;
import berth.posix.Errno;
import java.nio.file.Path;
import java.util.List;

/** The commands for the receipts of finished moves. */
public final class ReceiptCommands {
    private static final int WRITTEN_STATUS = 3;
    private static final int INCOMPLETE_STATUS = 4;

    private ReceiptCommands() {}

    /** {@code receipt list}. */
    public static Command list() {
        return new Command(
                new Grammar("receipt list", "List the receipts of finished moves that are in the store.")
                        .formatted()
                        .example("receipt ls"),
                ReceiptCommands::runList);
    }

    private static int runList(Call call) {
        boolean json = call.json();
        List<Path> files = Receipts.list(call.engine().directory().path());
        List<Receipt> receipts = files.stream().map(Receipt::read).toList();
        if (json) {
            call.console().print(Json.write(call.pretty(), out -> {
                out.writeStartArray();
                for (int i = 0; i < files.size(); i++) {
                    ReceiptStatement statement = receipts.get(i).statement();
                    out.writeStartObject();
                    out.writeStringProperty("image", image(statement));
                    out.writeStringProperty("id", statement.target().id());
                    out.writeStringProperty(
                            "committed", statement.times().committed().toString());
                    out.writeStringProperty("file", files.get(i).toString());
                    out.writeEndObject();
                }
                out.writeEndArray();
            }));
            return 0;
        }
        Table table = new Table()
                .column("IMAGE", Align.LEFT)
                .column("COMMITTED", Align.LEFT)
                .column("FILE", Align.LEFT);
        for (int i = 0; i < files.size(); i++) {
            ReceiptStatement statement = receipts.get(i).statement();
            table.row(
                    image(statement),
                    call.time(statement.times().committed()),
                    files.get(i).toString());
        }
        if (!table.isEmpty()) {
            call.console().print(table.format());
        }
        return 0;
    }

    private static String image(ReceiptStatement statement) {
        return statement.target().pool() + "/" + statement.target().image();
    }

    /** {@code receipt verify}. */
    public static Command verify() {
        return new Command(
                new Grammar("receipt verify", "Check the receipt of a finished move against the image and its source.")
                        .positional("receipt-file", "file of the receipt (receipt ls lists those in the store)")
                        .option("--key", "file", "public key that must have signed it [default: this store's]")
                        .flag("--no-source", "do not read the source, even where it is still there")
                        .formatted()
                        .progress()
                        .note("Reads the whole disk at all points in time that were moved. Exits with 0 when everything"
                                + " is what the receipt states; 3 when only the disk itself was written since, as one in"
                                + " use is; 4 when nothing contradicts the receipt, but not everything is there to be"
                                + " compared; 5 when a snapshot differs; 116 when the source differs; 13 when somebody"
                                + " else signed the receipt; 74 when it is none, or was changed; 2 when the file or the"
                                + " image is gone.")
                        .example("receipt verify /var/lib/berth/receipts/2ad41c.json"),
                ReceiptCommands::runVerify);
    }

    private static int runVerify(Call call) {
        boolean json = call.json();
        Path file = call.args()
                .positional(0)
                .map(call.invocation()::resolve)
                .orElseThrow(() -> CommandFailure.invalid("receipt file was not specified"));
        Receipt receipt = Receipt.read(file);
        ReceiptCheck.requireSigned(receipt, trustedKey(call));
        ReceiptCheck check = new ReceiptCheck(call.store(), call.engine().sources());
        boolean source = !call.args().flag("--no-source");
        ReceiptFindings findings = call.track("Verify receipt", line -> check.run(receipt, source, line));
        call.console()
                .print(
                        json
                                ? ReceiptReport.json(receipt, findings, call.pretty())
                                : ReceiptReport.text(receipt, findings));
        return status(findings.verdict());
    }

    private static byte[] trustedKey(Call call) {
        if (call.args().option("--key").isPresent()) {
            return SigningKey.readPublic(
                    call.invocation().resolve(call.args().option("--key").get()));
        }
        try {
            return Receipts.publicKey(call.engine().directory().path());
        } catch (BlockException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
            throw new CommandFailure(
                    Errno.ENOENT.number(),
                    "this store has issued no receipt yet, so it has no key: name the public key of the store that"
                            + " issued this one with --key");
        }
    }

    private static int status(Verdict verdict) {
        return switch (verdict) {
            case PROVEN -> 0;
            case WRITTEN_SINCE -> WRITTEN_STATUS;
            case INCOMPLETE -> INCOMPLETE_STATUS;
            case SNAPSHOT_DIFFERS -> Errno.EIO.number();
            case SOURCE_DIFFERS -> Errno.ESTALE.number();
        };
    }
}
