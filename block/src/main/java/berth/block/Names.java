package berth.block;

import java.nio.charset.StandardCharsets;

/** The rules for the names of pools, images and snapshots. */
public final class Names {
    /** The longest name, in UTF-16 units; RBD's own limit for an image name is 96 bytes less than 4 KiB. */
    public static final int MAX_LENGTH = 1024;

    private Names() {}

    /**
     * Checks a pool, or a namespace of one as {@code POOL/NAMESPACE}.
     *
     * @return the pool
     * @throws BlockException {@link Problem#INVALID_ARGUMENT}
     */
    public static String checkPoolSpec(String pool) {
        int slash = pool.indexOf('/');
        if (slash < 0) {
            return check("pool", pool);
        }
        check("pool", pool.substring(0, slash));
        check("namespace", pool.substring(slash + 1));
        return pool;
    }

    /** Whether {@link #check} lets a name through. */
    public static boolean isValid(String name) {
        try {
            check("a", name);
            return true;
        } catch (BlockException e) {
            return false;
        }
    }

    /**
     * Checks a name. Any Unicode text is allowed but the separators {@code /} and {@code @}, control characters,
     * halves of surrogate pairs (which no encoding can keep) and the empty name.
     *
     * @param what the noun for the message: {@code pool}, {@code image}, {@code snapshot}
     * @return the name
     * @throws BlockException {@link Problem#INVALID_ARGUMENT}
     */
    public static String check(String what, String name) {
        if (name.isEmpty()) {
            throw new BlockException(Problem.INVALID_ARGUMENT, what + " name is empty");
        }
        if (name.length() > MAX_LENGTH) {
            throw new BlockException(
                    Problem.INVALID_ARGUMENT,
                    what + " name is " + name.length() + " characters long; " + MAX_LENGTH + " are allowed");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
            throw new BlockException(
                    Problem.INVALID_ARGUMENT, "invalid " + what + " name: it contains half of a surrogate pair");
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '/' || c == '@') {
                throw new BlockException(
                        Problem.INVALID_ARGUMENT, "invalid " + what + " name '" + name + "': it contains '" + c + "'");
            }
            if (Character.isISOControl(c)) {
                throw new BlockException(
                        Problem.INVALID_ARGUMENT, "invalid " + what + " name: it contains a control character");
            }
        }
        return name;
    }
}
