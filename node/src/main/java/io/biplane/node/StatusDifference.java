package io.biplane.node;

import tools.jackson.databind.JsonNode;

import java.util.Map;

/** Whether a status must be written; pure. */
final class StatusDifference {

    /** Whether {@code there} says all that {@code wanted} says; empty values count as absent. */
    static boolean none(JsonNode there, JsonNode wanted) {
        if (isEmpty(wanted)) {
            return isEmpty(there);
        }
        if (wanted.isObject() && there.isObject()) {
            for (Map.Entry<String, JsonNode> field : wanted.properties()) {
                if (!none(there.path(field.getKey()), field.getValue())) {
                    return false;
                }
            }
            return true;
        }
        if (wanted.isArray() && there.isArray()) {
            if (wanted.size() != there.size()) {
                return false;
            }
            for (int i = 0; i < wanted.size(); i++) {
                if (!none(there.path(i), wanted.path(i))) {
                    return false;
                }
            }
            return true;
        }
        return wanted.equals(there);
    }

    private static boolean isEmpty(JsonNode node) {
        return node.isMissingNode()
                || node.isNull()
                || (node.isContainer() && node.isEmpty())
                || (node.isString() && node.stringValue().isEmpty());
    }

    private StatusDifference() {}
}
