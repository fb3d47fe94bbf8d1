package io.biplane.api.type;

import io.biplane.api.StatusException;

/**
 * What happens to fields that the server does not know: query parameter {@code fieldValidation}.
 */
public enum FieldValidation {
    IGNORE,
    WARN,
    STRICT;

    /**
     * Reads the query parameter.
     *
     * @param value {@code Ignore}, {@code Warn}, {@code Strict}, or empty for the default, Warn
     * @throws StatusException 400 if it is anything else
     */
    public static FieldValidation parse(String value) {
        return switch (value) {
            case "", "Warn" -> WARN;
            case "Ignore" -> IGNORE;
            case "Strict" -> STRICT;
            default ->
                    throw StatusException.badRequest(
                            ("fieldValidation parameter unsupported: \"%s\", supported values:"
                                            + " Ignore, Warn, Strict")
                                    .formatted(value));
        };
    }
}
