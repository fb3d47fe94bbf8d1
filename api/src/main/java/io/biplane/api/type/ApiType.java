package io.biplane.api.type;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * A type with its fields.
 *
 * @param name OpenAPI name, such as {@code io.k8s.api.core.v1.Pod}
 * @param kinds {@code group/version/kind} of what clients send under this type, the core group
 *     empty; none for types that are only parts of others
 * @param fieldsByName fields in alphabetical order
 * @param filled fields that are filled in where they are left out; found once, since every object
 *     is looked through for them
 * @param rule how the type as a whole is merged
 */
public record ApiType(
        String name,
        List<String> kinds,
        Map<String, ApiField> fieldsByName,
        List<ApiField> filled,
        MergeRule rule) {
    /** Copies the lists; the map is the registry's own and never changed. */
    public ApiType {
        kinds = List.copyOf(kinds);
        filled = List.copyOf(filled);
    }

    /** A type with these fields. */
    static ApiType of(
            String name, List<String> kinds, Map<String, ApiField> fieldsByName, MergeRule rule) {
        return new ApiType(
                name,
                kinds,
                fieldsByName,
                fieldsByName.values().stream().filter(ApiField::isFilled).toList(),
                rule);
    }

    /** The field of that name, or null. */
    public @Nullable ApiField field(String fieldName) {
        return fieldsByName.get(fieldName);
    }

    /** All fields, alphabetically. */
    public Collection<ApiField> fields() {
        return fieldsByName.values();
    }

    /** The name without its package, such as {@code ServiceSpec}. */
    public String simpleName() {
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
