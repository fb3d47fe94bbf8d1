package io.biplane.api;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.IntNode;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.StringNode;

import java.util.Collection;
import java.util.stream.Collectors;

/**
 * One fault of one field of an object, in upstream's words.
 *
 * @param type what sort of fault
 * @param field path, such as {@code spec.ipFamilies[1]}
 * @param value the faulty value; null where the type prints none
 * @param detail the rest of the sentence, may be empty
 */
public record FieldError(Type type, String field, @Nullable JsonNode value, String detail) {
    /** Sorts of faults, with the words that messages and causes use. */
    public enum Type {
        INVALID("Invalid value", "FieldValueInvalid", true),
        REQUIRED("Required value", "FieldValueRequired", false),
        FORBIDDEN("Forbidden", "FieldValueForbidden", false),
        NOT_SUPPORTED("Unsupported value", "FieldValueNotSupported", true),
        DUPLICATE("Duplicate value", "FieldValueDuplicate", true),
        NOT_FOUND("Not found", "FieldValueNotFound", true),
        TOO_LONG("Too long", "FieldValueTooLong", false),
        TOO_MANY("Too many", "FieldValueTooMany", true),
        INTERNAL("Internal error", "InternalError", false);

        private final String words;
        private final String reason;
        private final boolean printsValue;

        Type(String words, String reason, boolean printsValue) {
            this.words = words;
            this.reason = reason;
            this.printsValue = printsValue;
        }

        /** The {@code reason} of the cause in a Status. */
        public String reason() {
            return reason;
        }
    }

    /** {@code field: Invalid value: value: detail}. */
    public static FieldError invalid(String field, JsonNode value, String detail) {
        return new FieldError(Type.INVALID, field, value, detail);
    }

    /** {@code field: Invalid value: "value": detail}. */
    public static FieldError invalid(String field, String value, String detail) {
        return invalid(field, StringNode.valueOf(value), detail);
    }

    /** {@code field: Required value: detail}. */
    public static FieldError required(String field, String detail) {
        return new FieldError(Type.REQUIRED, field, null, detail);
    }

    /** {@code field: Forbidden: detail}. */
    public static FieldError forbidden(String field, String detail) {
        return new FieldError(Type.FORBIDDEN, field, null, detail);
    }

    /** {@code field: Unsupported value: "value": supported values: "a", "b"}. */
    public static FieldError notSupported(
            String field, String value, Collection<String> supported) {
        String values =
                supported.stream().map(s -> '"' + s + '"').collect(Collectors.joining(", "));
        return new FieldError(
                Type.NOT_SUPPORTED,
                field,
                StringNode.valueOf(value),
                "supported values: " + values);
    }

    /** {@code field: Duplicate value: value}. */
    public static FieldError duplicate(String field, JsonNode value) {
        return new FieldError(Type.DUPLICATE, field, value, "");
    }

    /** {@code field: Duplicate value: "value"}. */
    public static FieldError duplicate(String field, String value) {
        return duplicate(field, StringNode.valueOf(value));
    }

    /** {@code field: Too long: may not be more than N bytes}. */
    public static FieldError tooLong(String field, int maxBytes) {
        return new FieldError(
                Type.TOO_LONG, field, null, "may not be more than " + maxBytes + " bytes");
    }

    /** {@code field: Too many: N: must have at most M items}. */
    public static FieldError tooMany(String field, int actual, int max) {
        return new FieldError(
                Type.TOO_MANY,
                field,
                IntNode.valueOf(actual),
                "must have at most " + max + " items");
    }

    /** Everything behind the path: the {@code message} of the cause in a Status. */
    public String body() {
        StringBuilder text = new StringBuilder(type.words);
        if (type.printsValue) {
            text.append(": ").append(Json.text(value == null ? NullNode.instance : value));
        }
        if (!detail.isEmpty()) {
            text.append(": ").append(detail);
        }
        return text.toString();
    }

    /** {@code path: Type: value: detail}. */
    @Override
    public String toString() {
        return field + ": " + body();
    }
}
