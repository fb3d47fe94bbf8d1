package io.biplane.controllers.workload;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.Times;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.util.Optional;

/** Writing of {@code status.conditions}. */
final class Conditions {
    private Conditions() {}

    /** The condition of that type in a status. */
    static Optional<JsonNode> find(JsonNode status, String type) {
        return Fields.list(status, "conditions").stream()
                .filter(c -> Fields.text(c, "type").equals(type))
                .findFirst();
    }

    /**
     * Sets a condition. Its transition time moves with its value, its update time, where {@code
     * withUpdateTime}, with anything in it; where nothing changes, nothing moves.
     */
    static void set(
            ObjectNode status,
            String type,
            String value,
            String reason,
            String message,
            boolean withUpdateTime) {
        Optional<JsonNode> before = find(status, type);
        if (before.isPresent()
                && Fields.text(before.get(), "status").equals(value)
                && Fields.text(before.get(), "reason").equals(reason)
                && Fields.text(before.get(), "message").equals(message)) {
            return;
        }
        String now = Times.time(Instant.now());
        ObjectNode condition = Json.object().put("type", type).put("status", value);
        condition.put("reason", reason).put("message", message);
        if (withUpdateTime) {
            condition.put("lastUpdateTime", now);
        }
        condition.put(
                "lastTransitionTime",
                before.filter(c -> Fields.text(c, "status").equals(value))
                        .map(c -> Fields.text(c, "lastTransitionTime"))
                        .orElse(now));
        remove(status, type);
        array(status).add(condition);
    }

    /** Takes a condition away. */
    static void remove(ObjectNode status, String type) {
        ArrayNode kept = Json.array();
        for (JsonNode condition : Fields.list(status, "conditions")) {
            if (!Fields.text(condition, "type").equals(type)) {
                kept.add(condition);
            }
        }
        if (kept.isEmpty()) {
            status.remove("conditions");
        } else {
            status.set("conditions", kept);
        }
    }

    private static ArrayNode array(ObjectNode status) {
        return status.get("conditions") instanceof ArrayNode array
                ? array
                : status.putArray("conditions");
    }
}
