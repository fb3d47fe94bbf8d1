package io.biplane.api.type;

import tools.jackson.databind.JsonNode;

/**
 * When a field of an object is there. An object that differs from another only in fields that mean
 * nothing must not differ at all: otherwise {@code hostNetwork: false} in a pod template would
 * start a rollout. So every object that a client sends, in whatever form, is brought into the form
 * in which upstream would print it after reading it into its structs.
 */
public enum Presence {
    /** If the client gave it: an empty string, 0 or false differs from leaving the field out. */
    IF_GIVEN,
    /** Even if the client left it out, with its zero value. */
    ALWAYS,
    /** Unless it is empty, which is the same as leaving it out. */
    UNLESS_EMPTY;

    static Presence parse(String word) {
        return switch (word) {
            case "given" -> IF_GIVEN;
            case "always" -> ALWAYS;
            case "nonempty" -> UNLESS_EMPTY;
            default -> throw new IllegalArgumentException("unknown presence " + word);
        };
    }

    /** Whether a field with this value is left out. */
    public boolean omits(JsonNode value) {
        return this == UNLESS_EMPTY && isEmpty(value);
    }

    private static boolean isEmpty(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> value.stringValue().isEmpty();
            case NUMBER -> value.doubleValue() == 0;
            case BOOLEAN -> !value.booleanValue();
            case ARRAY, OBJECT -> value.isEmpty();
            case NULL, MISSING -> true;
            case BINARY, POJO -> false;
        };
    }
}
