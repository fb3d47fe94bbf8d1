package io.biplane.api.type;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * One pass over an object, in place: drops what the type does not have and what means nothing,
 * fills in what is always there, checks the rest. The result is what upstream would print of the
 * object after reading it; a second pass changes nothing.
 */
final class RoundTrip {
    private final TypeRegistry registry = TypeRegistry.get();
    private final List<String> unknown = new ArrayList<>();

    /** Paths of the unknown fields that were dropped. */
    List<String> apply(ObjectNode object, ApiType type) {
        object(object, type, "", "");
        return unknown;
    }

    /**
     * Passes over an object.
     *
     * @param path where it is, list indexes included
     * @param goPath where it is in upstream's messages, which leave out the indexes
     */
    private void object(ObjectNode object, ApiType type, String path, String goPath) {
        Iterator<Map.Entry<String, JsonNode>> fields = object.properties().iterator();
        while (fields.hasNext()) {
            Map.Entry<String, JsonNode> entry = fields.next();
            ApiField field = type.field(entry.getKey());
            if (field == null) {
                unknown.add(join(path, entry.getKey()));
                fields.remove();
            } else if (entry.getValue().isNull()) {
                fields.remove();
            } else {
                JsonNode better =
                        value(
                                entry.getValue(),
                                field.type(),
                                type,
                                join(path, field.name()),
                                join(goPath, field.name()));
                if (field.presence().omits(better == null ? entry.getValue() : better)) {
                    fields.remove();
                } else if (better != null) {
                    entry.setValue(better);
                }
            }
        }
        fill(object, type);
    }

    private void fill(ObjectNode object, ApiType type) {
        for (ApiField field : type.filled()) {
            if (!object.has(field.name())) {
                object.set(field.name(), zero(field.type()));
            }
        }
    }

    /** The value of a field or element that nothing is said of. */
    private JsonNode zero(ValueType type) {
        return switch (type) {
            case ValueType.Scalar scalar -> Scalars.zero(scalar);
            case ValueType.ListOf _ -> JsonNodeFactory.instance.arrayNode();
            case ValueType.MapOf _ -> JsonNodeFactory.instance.objectNode();
            case ValueType.Ref ref -> {
                ObjectNode object = JsonNodeFactory.instance.objectNode();
                fill(object, registry.type(ref));
                yield object;
            }
        };
    }

    /** Checks a value; the result is what it is to be replaced with, or null if it is well. */
    private @Nullable JsonNode value(
            JsonNode value, ValueType type, ApiType owner, String path, String goPath) {
        switch (type) {
            case ValueType.Scalar scalar -> {
                return Scalars.check(value, scalar, owner, goPath);
            }
            case ValueType.Ref ref -> {
                if (!(value instanceof ObjectNode object)) {
                    throw Scalars.mismatch(value, type, owner, goPath);
                }
                object(object, registry.type(ref), path, goPath);
            }
            case ValueType.ListOf list -> {
                if (!(value instanceof ArrayNode array)) {
                    throw Scalars.mismatch(value, type, owner, goPath);
                }
                list(array, list, owner, path, goPath);
            }
            case ValueType.MapOf map -> {
                if (!(value instanceof ObjectNode object)) {
                    throw Scalars.mismatch(value, type, owner, goPath);
                }
                for (Map.Entry<String, JsonNode> entry : object.properties()) {
                    String at = join(path, entry.getKey());
                    JsonNode better = element(entry.getValue(), map.value(), owner, at, goPath);
                    if (better != null) {
                        entry.setValue(better);
                    }
                }
            }
        }
        return null;
    }

    private void list(
            ArrayNode array, ValueType.ListOf list, ApiType owner, String path, String goPath) {
        for (int i = 0; i < array.size(); i++) {
            JsonNode better =
                    element(array.get(i), list.element(), owner, path + "[" + i + "]", goPath);
            if (better != null) {
                array.set(i, better);
            }
        }
    }

    /** Inside lists and maps a null is not an absent field but the type's zero value. */
    private @Nullable JsonNode element(
            JsonNode value, ValueType type, ApiType owner, String path, String goPath) {
        return value.isNull() ? zero(type) : value(value, type, owner, path, goPath);
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
