package berth.nbd;

/** The queries by which a client asks for metadata contexts. */
final class MetaContextQuery {
    private static final String BASE_WILDCARD = "base:";

    private MetaContextQuery() {}

    /**
     * Reads the list of queries. Names that are not known are ignored, as the protocol wants.
     *
     * @param set whether the contexts are selected; then no queries select nothing and wildcards do not count, while in
     *     a listing both stand for everything there is
     * @return whether the queries name {@code base:allocation}
     */
    static boolean matches(OptionData data, boolean set) throws OptionData.Malformed {
        long queries = Integer.toUnsignedLong(data.number32());
        boolean matched = queries == 0 && !set;
        for (long left = queries; left > 0; left--) {
            String query = data.string();
            matched |= query.equals(Protocol.BASE_ALLOCATION) || (!set && query.equals(BASE_WILDCARD));
        }
        return matched;
    }
}
