package io.biplane.api.patch;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.Reason;
import io.biplane.api.StatusException;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * JSON patch: a list of operations, all of which must apply.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6902">RFC 6902</a>
 */
public final class JsonPatch {
    private static final int MAX_OPERATIONS = 10_000;

    /** Copies may double a document each time; this bounds what all of them add together. */
    private static final int MAX_COPIED_BYTES = 3 << 20;

    private JsonNode document;
    private int copiedBytes;

    private JsonPatch(JsonNode document) {
        this.document = document;
    }

    /**
     * Applies a patch.
     *
     * @return a new object; {@code original} is left as it is
     * @throws StatusException 400 if the patch is malformed, 413 if it is too large, 422 if an
     *     operation does not apply
     */
    public static ObjectNode apply(ObjectNode original, JsonNode patch) {
        if (!(patch instanceof ArrayNode operations)) {
            throw StatusException.badRequest(
                    "error decoding patch: a JSON patch is a list of operations");
        }
        if (operations.size() > MAX_OPERATIONS) {
            throw new StatusException(
                    Reason.REQUEST_ENTITY_TOO_LARGE,
                    "The allowed maximum operations in a JSON patch is %d, got %d"
                            .formatted(MAX_OPERATIONS, operations.size()));
        }
        JsonPatch run = new JsonPatch(original.deepCopy());
        for (JsonNode operation : operations) {
            run.apply(operation);
        }
        if (run.document instanceof ObjectNode object) {
            return object;
        }
        throw inapplicable("the patched document is no object");
    }

    private void apply(JsonNode operation) {
        JsonPointer path = pointer(operation, "path");
        switch (Fields.string(operation, "op")) {
            case "add" -> add(path, value(operation).deepCopy());
            case "remove" -> remove(path);
            case "replace" -> {
                require(path);
                replace(path, value(operation).deepCopy());
            }
            case "move" -> move(pointer(operation, "from"), path);
            case "copy" -> add(path, copied(require(pointer(operation, "from"))));
            case "test" -> test(path, value(operation));
            default ->
                    throw StatusException.badRequest(
                            "error decoding patch: unexpected kind: " + operation.get("op"));
        }
    }

    private static JsonPointer pointer(JsonNode operation, String field) {
        JsonNode text = operation.path(field);
        if (!text.isString()) {
            throw StatusException.badRequest(
                    "error decoding patch: operation without %s: %s".formatted(field, operation));
        }
        try {
            return JsonPointer.parse(text.stringValue());
        } catch (IllegalArgumentException e) {
            throw StatusException.badRequest("error decoding patch: " + e.getMessage());
        }
    }

    private static JsonNode value(JsonNode operation) {
        JsonNode value = operation.get("value");
        if (value == null) {
            throw StatusException.badRequest(
                    "error decoding patch: operation without value: " + operation);
        }
        return value;
    }

    private void move(JsonPointer from, JsonPointer to) {
        if (from.equals(to)) {
            require(from);
            return;
        }
        if (from.encloses(to)) {
            throw inapplicable("cannot move %s into itself".formatted(from));
        }
        JsonNode moved = require(from);
        remove(from);
        add(to, moved);
    }

    private JsonNode copied(JsonNode value) {
        copiedBytes += Json.bytes(value).length;
        if (copiedBytes > MAX_COPIED_BYTES) {
            throw new StatusException(
                    Reason.REQUEST_ENTITY_TOO_LARGE,
                    "the copies of a JSON patch may not exceed %d bytes"
                            .formatted(MAX_COPIED_BYTES));
        }
        return value.deepCopy();
    }

    private void test(JsonPointer path, JsonNode wanted) {
        JsonNode found = find(path);
        // A test for null also holds for what is not there, as upstream has it.
        boolean same = found.isMissingNode() ? wanted.isNull() : JsonEquality.same(found, wanted);
        if (!same) {
            throw inapplicable("testing value %s failed".formatted(path));
        }
    }

    private void add(JsonPointer path, JsonNode value) {
        if (path.isRoot()) {
            document = value;
            return;
        }
        switch (require(path.parent())) {
            case ObjectNode object -> object.set(path.last(), value);
            case ArrayNode array -> {
                boolean end = path.last().equals("-");
                array.insert(end ? array.size() : index(path, array.size()), value);
            }
            default -> throw inapplicable("the parent of %s is no container".formatted(path));
        }
    }

    private void replace(JsonPointer path, JsonNode value) {
        if (path.isRoot()) {
            document = value;
        } else if (require(path.parent()) instanceof ArrayNode array) {
            array.set(index(path, array.size() - 1), value);
        } else {
            add(path, value);
        }
    }

    private void remove(JsonPointer path) {
        require(path);
        if (path.isRoot()) {
            throw inapplicable("the whole document cannot be removed");
        }
        switch (require(path.parent())) {
            case ObjectNode object -> object.remove(path.last());
            case ArrayNode array -> array.remove(index(path, array.size() - 1));
            default -> throw new IllegalStateException("no container has " + path);
        }
    }

    private JsonNode require(JsonPointer path) {
        JsonNode found = find(path);
        if (found.isMissingNode()) {
            throw inapplicable("nonexistent path %s".formatted(path));
        }
        return found;
    }

    private JsonNode find(JsonPointer path) {
        JsonNode at = document;
        for (String token : path.tokens()) {
            at = at.isArray() ? at.path(indexOrMinusOne(token)) : at.path(token);
        }
        return at;
    }

    private static int index(JsonPointer path, int last) {
        int index = indexOrMinusOne(path.last());
        if (index < 0 || index > last) {
            throw inapplicable("index out of bounds: %s".formatted(path));
        }
        return index;
    }

    /** Digits without leading zeros; anything else is no index. */
    private static int indexOrMinusOne(String token) {
        boolean digits = !token.isEmpty() && token.chars().allMatch(c -> c >= '0' && c <= '9');
        boolean canonical = token.equals("0") || !token.startsWith("0");
        return digits && canonical && token.length() <= 9 ? Integer.parseInt(token) : -1;
    }

    private static StatusException inapplicable(String why) {
        return new StatusException(
                Reason.INVALID,
                "the server rejected our request due to an error in our request: " + why);
    }
}
