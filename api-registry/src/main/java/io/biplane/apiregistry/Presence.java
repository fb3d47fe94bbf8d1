package io.biplane.apiregistry;

import java.util.Locale;
import java.util.Set;

/**
 * When a field is there. Upstream's structs say it, by pointers and {@code omitempty}, of which
 * neither protobuf messages nor OpenAPI documents speak.
 */
enum Presence {
    /** If the client gave it: a pointer, so that "", 0 or false differ from leaving it out. */
    GIVEN,
    /**
     * Even if the client left it out, with its zero value: a struct, or a value without {@code
     * omitempty}. Times are never so: upstream prints a zero time as null, and nulls are left out
     * here. So would be lists and maps: they are kept as they are given.
     */
    ALWAYS,
    /** Left out when it is empty, as if it had not been given. */
    NONEMPTY;

    private static final Set<String> PLAIN =
            Set.of("string", "int32", "int64", "double", "boolean", "bytes");

    /** Of a field that no row names. */
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
