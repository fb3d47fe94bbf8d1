package io.biplane.api.patch;

import io.biplane.api.Json;
import io.biplane.api.StatusException;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The fields of a strategic merge patch that are no data. */
final class Directives {
    static final String PATCH = "$patch";
    static final String RETAIN_KEYS = "$retainKeys";
    static final String SET_ELEMENT_ORDER = "$setElementOrder/";
    static final String DELETE_FROM_LIST = "$deleteFromPrimitiveList/";

    private Directives() {}

    /** Honours {@code $retainKeys}: fields of the target that it does not name are dropped. */
    static void retainKeys(ObjectNode target, ObjectNode patch) {
        JsonNode directive = patch.remove(RETAIN_KEYS);
        if (directive == null) {
            return;
        }
        Set<String> keep = new HashSet<>();
        list(RETAIN_KEYS, directive).forEach(name -> keep.add(name.stringValue("")));
        for (Map.Entry<String, JsonNode> field : patch.properties()) {
            boolean isData = !isDirective(field.getKey()) && !field.getValue().isNull();
            if (isData && !keep.contains(field.getKey())) {
                throw malformed(
                        "$retainKeys must name all fields of its patch, it misses "
                                + field.getKey());
            }
        }
        target.retain(keep);
    }

    static ArrayNode list(String directive, JsonNode value) {
        if (value instanceof ArrayNode list) {
            return list;
        }
        throw malformed(directive + " must be a list");
    }

    static boolean isDirective(String name) {
        return name.equals(PATCH)
                || name.equals(RETAIN_KEYS)
                || name.startsWith(SET_ELEMENT_ORDER)
                || name.startsWith(DELETE_FROM_LIST);
    }

    /** A copy that is pure data: no directives, no nulls, no elements that are to be deleted. */
    static JsonNode stripAny(JsonNode value) {
        return switch (value) {
            case ObjectNode object -> strip(object);
            case ArrayNode array -> strip(array);
            default -> value;
        };
    }

    static ObjectNode strip(ObjectNode object) {
        ObjectNode data = Json.object();
        if (object.path(PATCH).stringValue("").equals("delete")) {
            return data;
        }
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            if (!isDirective(field.getKey()) && !field.getValue().isNull()) {
                data.set(field.getKey(), stripAny(field.getValue()));
            }
        }
        return data;
    }

    static ArrayNode strip(ArrayNode array) {
        ArrayNode data = Json.array();
        for (JsonNode element : array) {
            String directive = element.path(PATCH).stringValue("");
            boolean onlyDirective = directive.equals("replace") && element.size() == 1;
            if (!directive.equals("delete") && !onlyDirective) {
                data.add(stripAny(element));
            }
        }
        return data;
    }

    static StatusException malformed(String why) {
        return StatusException.badRequest("error decoding patch: " + why);
    }
}
