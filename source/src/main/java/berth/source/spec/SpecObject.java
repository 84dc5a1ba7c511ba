package berth.source.spec;

import berth.block.BlockException;
import berth.block.Problem;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;

/**
 * A JSON object of a {@code source-spec}, read key by key.
 *
 * @param node the object
 * @param what what the object is, for messages
 */
record SpecObject(JsonNode node, String what) {
    boolean has(String key) {
        return node.has(key);
    }

    Optional<String> string(String key) {
        return get(key).map(value -> {
            if (!value.isString()) {
                throw invalid(key, "a string");
            }
            return value.stringValue();
        });
    }

    String requiredString(String key) {
        return string(key).orElseThrow(() -> missing(key));
    }

    /** A number, which may be written as a string, as RBD allows. */
    OptionalLong number(String key) {
        Optional<JsonNode> found = get(key);
        if (found.isEmpty()) {
            return OptionalLong.empty();
        }
        try {
            JsonNode value = found.get();
            if (value.isString() || value.isIntegralNumber()) {
                return OptionalLong.of(Long.parseLong(value.asString()));
            }
        } catch (NumberFormatException _) {
            // Says so below.
        }
        throw invalid(key, "a number");
    }

    /** A truth value; the other one when there is no such key. */
    boolean flag(String key, boolean otherwise) {
        Optional<JsonNode> found = get(key);
        if (found.isPresent() && !found.get().isBoolean()) {
            throw invalid(key, "true or false");
        }
        return found.map(JsonNode::booleanValue).orElse(otherwise);
    }

    Optional<SpecObject> object(String key) {
        return get(key).map(value -> {
            if (!value.isObject()) {
                throw invalid(key, "an object");
            }
            return new SpecObject(value, "the '" + key + "' object");
        });
    }

    /** The objects of an array; none when there is no such key. */
    List<SpecObject> objects(String key) {
        List<SpecObject> objects = new ArrayList<>();
        for (JsonNode element : elements(key)) {
            if (!element.isObject()) {
                throw invalid(key, "an array of objects");
            }
            objects.add(new SpecObject(element, "object " + (objects.size() + 1) + " of '" + key + "'"));
        }
        return objects;
    }

    /** The strings of an array; none when there is no such key. */
    List<String> strings(String key) {
        List<String> strings = new ArrayList<>();
        for (JsonNode element : elements(key)) {
            if (!element.isString()) {
                throw invalid(key, "an array of strings");
            }
            strings.add(element.stringValue());
        }
        return strings;
    }

    boolean isString(String key) {
        return get(key).filter(JsonNode::isString).isPresent();
    }

    private Iterable<JsonNode> elements(String key) {
        Optional<JsonNode> found = get(key);
        if (found.isPresent() && !found.get().isArray()) {
            throw invalid(key, "an array");
        }
        return found.isPresent() ? found.get() : List.of();
    }

    private Optional<JsonNode> get(String key) {
        return Optional.ofNullable(node.get(key)).filter(value -> !value.isNull());
    }

    /**
     * A path.
     *
     * @param directory what it is relative to
     */
    Path path(String key, String text, Path directory) {
        if (text.isEmpty()) {
            throw invalid("'" + key + "' in " + what + " is empty");
        }
        try {
            return directory.resolve(text);
        } catch (InvalidPathException e) {
            throw invalid("'" + key + "' in " + what + " is not a path: " + e.getReason());
        }
    }

    BlockException missing(String key) {
        return invalid("failed to locate '" + key + "' key in " + what);
    }

    BlockException invalid(String key, String wanted) {
        return invalid("'" + key + "' in " + what + " is not " + wanted);
    }

    BlockException invalid(String why) {
        return new BlockException(Problem.INVALID_ARGUMENT, "source-spec: " + why);
    }
}
