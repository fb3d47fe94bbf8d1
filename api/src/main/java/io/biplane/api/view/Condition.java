package io.biplane.api.view;

import io.biplane.api.Fields;

import tools.jackson.databind.JsonNode;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** An entry of {@code status.conditions}; texts are "" where absent. */
public record Condition(
        String type,
        String status,
        String reason,
        String message,
        Optional<Instant> lastTransition) {

    /** The conditions of a whole object. */
    static List<Condition> listOf(JsonNode object) {
        return Fields.list(object, "status", "conditions").stream().map(Condition::of).toList();
    }

    private static Condition of(JsonNode node) {
        return new Condition(
                Fields.text(node, "type"),
                Fields.text(node, "status"),
                Fields.text(node, "reason"),
                Fields.text(node, "message"),
                Meta.time(Fields.text(node, "lastTransitionTime")));
    }

    /** Whether {@code status} is "True" (the others are "False" and "Unknown"). */
    public boolean isTrue() {
        return status.equals("True");
    }
}
