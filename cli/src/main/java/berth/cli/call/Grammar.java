package berth.cli.call;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a command takes, in the order of its help. */
public final class Grammar {
    /**
     * An option.
     *
     * @param names its names; the last one is that by which the command asks for it
     * @param label the name of its value; null for one that takes none
     * @param repeatable whether it may be given more than once
     * @param description what it is for
     */
    public record Option(List<String> names, @Nullable String label, boolean repeatable, String description) {
        /** The name by which the command asks for it. */
        public String name() {
            return names.getLast();
        }
    }

    /**
     * An argument that is known by its place.
     *
     * @param label its name in angle brackets
     * @param description what it is
     * @param many whether it takes all arguments that are left
     */
    public record Positional(String label, String description, boolean many) {}

    private final String name;
    private final String summary;
    private final List<Option> options = new ArrayList<>();
    private final List<Positional> positionals = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final List<String> examples = new ArrayList<>();

    /**
     * @param name the words that call the command
     * @param summary what it does, in one sentence
     */
    public Grammar(String name, String summary) {
        this.name = name;
        this.summary = summary;
    }

    /** Adds an option with a value; {@code names} are separated by blanks, the long one last. */
    public Grammar option(String names, String label, String description) {
        options.add(new Option(List.of(names.split(" ")), label, false, description));
        return this;
    }

    /** Adds an option with a value that may be given more than once. */
    public Grammar repeatable(String names, String label, String description) {
        options.add(new Option(List.of(names.split(" ")), label, true, description));
        return this;
    }

    /** Adds an option without a value. */
    public Grammar flag(String names, String description) {
        options.add(new Option(List.of(names.split(" ")), null, false, description));
        return this;
    }

    /** Adds an argument known by its place. It may be left out: what is missing is for the command to say. */
    public Grammar positional(String label, String description) {
        positionals.add(new Positional("<" + label + ">", description, false));
        return this;
    }

    /** Adds a place that takes all arguments that are left. */
    public Grammar remaining(String label, String description) {
        positionals.add(new Positional("<" + label + ">", description, true));
        return this;
    }

    /** Adds a paragraph to the help. */
    public Grammar note(String text) {
        notes.add(text);
        return this;
    }

    /** Adds an example to the help: a command line without the program's name. */
    public Grammar example(String line) {
        examples.add(line);
        return this;
    }

    private Grammar namedPool() {
        return option("-p --pool", "pool", "pool name").option("--namespace", "namespace", "namespace name");
    }

    private Grammar namedImage() {
        return namedPool().option("--image", "image", "image name");
    }

    private Grammar namedSnapshot() {
        return namedImage().option("--snap", "snap", "snapshot name");
    }

    /** {@code -p/--pool}, {@code --namespace}, {@code --image} and an image's name by place. */
    public Grammar image() {
        return namedImage()
                .positional("image-spec", "image specification (example: [<pool-name>/[<namespace>/]]<image-name>)");
    }

    /** {@link #image} and {@code --snap}. */
    public Grammar snapshot() {
        return namedSnapshot()
                .positional(
                        "snap-spec",
                        "snapshot specification (example: [<pool-name>/[<namespace>/]]<image-name>@<snap-name>)");
    }

    /** Like {@link #snapshot} where the snapshot may be left out. */
    public Grammar imageOrSnapshot() {
        return namedSnapshot()
                .positional(
                        "image-or-snap-spec",
                        "image or snapshot specification (example: [<pool-name>/[<namespace>/]]<image-name>[@<snap-name>])");
    }

    /** {@code --dest-pool}, {@code --dest-namespace}, {@code --dest} and the destination's name by place. */
    public Grammar destination() {
        return option("--dest-pool", "dest-pool", "destination pool name")
                .option("--dest-namespace", "dest-namespace", "destination namespace name")
                .option("--dest", "dest", "destination image name")
                .positional(
                        "dest-image-spec",
                        "destination image specification (example: [<pool-name>/[<namespace>/]]<image-name>)");
    }

    /** {@code -p/--pool}, {@code --namespace} and a pool's name by place. */
    public Grammar pool() {
        return namedPool().positional("pool-spec", "pool specification (example: <pool-name>[/<namespace>])");
    }

    /** The options that describe the layout of a new image. */
    public Grammar layout() {
        return option("--image-format", "image-format", "image format [default: 2]")
                .flag("--new-format", "use image format 2 (deprecated)")
                .option("--order", "order", "object order [12 <= order <= 25] (deprecated)")
                .option("--object-size", "object-size", "object size in B/K/M [4K <= object size <= 32M]")
                .option("--stripe-unit", "stripe-unit", "stripe unit in B/K/M")
                .option("--stripe-count", "stripe-count", "stripe count")
                .creation();
    }

    /** The options that say what else a new image has. */
    public Grammar creation() {
        return repeatable(
                        "--image-feature",
                        "image-feature",
                        "image features [layering, exclusive-lock, object-map, fast-diff, deep-flatten; on Ceph"
                                + " journaling]; images of a local store have all but that")
                .flag("--image-shared", "shared image (Ceph): without the features that need a lock")
                .option("--data-pool", "data-pool", "data pool (Ceph)");
    }

    /** {@code --bandwidth}: the most that is copied a second. */
    public Grammar bandwidth() {
        return option("--bandwidth", "bandwidth", "the most bytes a second to copy (in B/K/M/G) [default: no limit]");
    }

    /** The flags that leave out a part of the verification of a copy. */
    public Grammar verification() {
        return flag("--skip-verification", "do not read the copy again to compare its digests")
                .flag("--skip-source-verification", "do not read the source again to compare its digests");
    }

    /** {@code --format} and {@code --pretty-format}. */
    public Grammar formatted() {
        return option("--format", "format", "output format (plain or json) [default: plain]")
                .flag("--pretty-format", "pretty formatting (json)");
    }

    /** {@code --no-progress}. */
    public Grammar progress() {
        return flag("--no-progress", "disable progress output");
    }

    /** The words that call the command. */
    public String name() {
        return name;
    }

    /** What it does, in one sentence. */
    public String summary() {
        return summary;
    }

    /** Its options. */
    public List<Option> options() {
        return List.copyOf(options);
    }

    /** Its arguments by place. */
    public List<Positional> positionals() {
        return List.copyOf(positionals);
    }

    /** Paragraphs of its help. */
    public List<String> notes() {
        return List.copyOf(notes);
    }

    /** Examples, without the program's name. */
    public List<String> examples() {
        return List.copyOf(examples);
    }
}
