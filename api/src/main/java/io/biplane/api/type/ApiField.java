package io.biplane.api.type;

import java.util.List;

/**
 * A field of a type.
 *
 * @param name JSON name
 * @param type what it holds
 * @param numbers protobuf field numbers from the outermost message inwards: Go structs that JSON
 *     inlines are messages of their own. Empty for {@code apiVersion} and {@code kind} of kinds,
 *     which protobuf carries in the envelope
 * @param required whether OpenAPI calls the field required
 * @param presence when the field is there
 * @param rule how it is patched and merged
 */
public record ApiField(
        String name,
        ValueType type,
        List<Integer> numbers,
        boolean required,
        Presence presence,
        MergeRule rule) {
    /** Copies the numbers. */
    public ApiField {
        numbers = List.copyOf(numbers);
    }

    /** Whether a value stands here even if the client gave none: lists and maps are as given. */
    boolean isFilled() {
        return presence == Presence.ALWAYS
                && !(type instanceof ValueType.ListOf)
                && !(type instanceof ValueType.MapOf);
    }
}
