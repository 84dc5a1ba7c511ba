package berth.block;

/** Opens sources again from their description, for a store that reads through to them. */
@FunctionalInterface
public interface SourceOpener {
    /**
     * Opens a source.
     *
     * @param description what {@link Source#description()} gave
     * @throws BlockException when it cannot be opened any more; the message says what is missing
     */
    Source open(String description);

    /** Opens nothing: for stores in which no image has an origin outside. */
    SourceOpener NONE = description -> {
        throw new BlockException(Problem.UNSUPPORTED, "no sources can be opened here: " + description);
    };
}
