package io.biplane.apiregistry;

import java.util.Locale;
import java.util.Set;

/** When a field is there; {@code presence.txt} says what that means. */
enum Presence {
    GIVEN,
    ALWAYS,
    NONEMPTY;

    private static final Set<String> PLAIN =
            Set.of("string", "int32", "int64", "double", "boolean", "bytes");

    /** Of a field that {@code presence.txt} does not list. */
    static Presence usual(Type.Field field) {
        String type = field.type();
        if (!PLAIN.contains(type) && !type.startsWith("[]") && !type.startsWith("{}")) {
            return GIVEN;
        }
        return field.required() ? ALWAYS : NONEMPTY;
    }

    static Presence parse(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
