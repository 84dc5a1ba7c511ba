package berth.cli.command;

import berth.ceph.PoolSpec;
import berth.cli.call.Call;
import berth.cli.call.CommandFailure;
import berth.cli.call.Grammar;
import berth.cli.text.Json;
import berth.posix.Errno;
import berth.server.KeptSecrets;
import berth.source.spec.SourceSpec;
import berth.source.spec.SpecParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/** The options that describe a source. */
final class SourceSpecs {
    private SourceSpecs() {}

    /** Adds the options. */
    static Grammar add(Grammar grammar) {
        return grammar.option("--source-spec-path", "source-spec-path", "source-spec file (or '-' for stdin)")
                .option("--source-spec", "source-spec", "source-spec");
    }

    /** Whether one of the options was given. */
    static boolean given(Call call) {
        return call.args().option("--source-spec").isPresent()
                || call.args().option("--source-spec-path").isPresent();
    }

    /** The source-spec that the options give. */
    static String read(Call call) {
        Optional<String> inline = call.args().option("--source-spec");
        Optional<String> path = call.args().option("--source-spec-path");
        if (inline.isPresent() && path.isPresent()) {
            throw CommandFailure.invalid("cannot specify both source-spec and source-spec-path");
        }
        if (inline.isPresent()) {
            return inline.get();
        }
        String name = path.orElseThrow();
        try (InputStream in = name.equals("-")
                ? call.console().in()
                : Files.newInputStream(call.invocation().resolve(name))) {
            return new String(in.readNBytes(SpecParser.MAX_LENGTH + 1), StandardCharsets.UTF_8);
        } catch (IOException e) {
            Errno errno = e instanceof NoSuchFileException ? Errno.ENOENT : Errno.EIO;
            throw new CommandFailure(errno.number(), "error opening " + name);
        }
    }

    /** What a source-spec says, with the values of the variables that it names. Warns of secrets that others can see. */
    static SourceSpec parse(Call call, String json) {
        SourceSpec spec = KeptSecrets.withVariables(
                new SpecParser(call.invocation().directory()).parse(json),
                call.invocation().environment());
        if (call.args().option("--source-spec").isPresent() && KeptSecrets.hasValues(spec)) {
            call.console()
                    .complain("warning: the source-spec on the command line holds a secret, and every user of this"
                            + " machine can read command lines; use --source-spec-path, or 'berth secret set'");
        }
        return spec;
    }

    /** The source-spec of a snapshot in this store. */
    static String ofSnapshot(String pool, String image, String snapshot) {
        return Json.write(false, json -> {
            json.writeStartObject();
            json.writeStringProperty("type", "native");
            PoolSpec place = PoolSpec.parse(pool);
            json.writeStringProperty("pool_name", place.pool());
            if (!place.namespace().isEmpty()) {
                json.writeStringProperty("pool_namespace", place.namespace());
            }
            json.writeStringProperty("image_name", image);
            json.writeStringProperty("snap_name", snapshot);
            json.writeEndObject();
        });
    }
}
