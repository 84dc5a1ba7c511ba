package berth.local.journal;

/** One change in a transaction. */
public sealed interface JournalEntry {
    /**
     * A record of the catalog was put or, when {@code value} is empty, removed.
     *
     * @param key the record's key
     * @param value its encoded content
     */
    record Put(String key, byte[] value) implements JournalEntry {}

    /**
     * Words of a page of a page file got new values.
     *
     * @param file the page file's number
     * @param page the page's number in it
     * @param firstWord the first word's number in the page
     * @param words the new values
     */
    record PageWords(long file, int page, int firstWord, long[] words) implements JournalEntry {}
}
