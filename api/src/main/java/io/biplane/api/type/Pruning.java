package io.biplane.api.type;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** One pass over an object: drops what the type does not have, checks what it has. */
final class Pruning {
    private final TypeRegistry registry = TypeRegistry.get();
    private final List<String> unknown = new ArrayList<>();

    /** Paths of the unknown fields that were dropped. */
    List<String> prune(ObjectNode object, ApiType type) {
        object(object, type, "", "");
        return unknown;
    }

    /**
     * Prunes an object.
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
                if (better != null) {
                    entry.setValue(better);
                }
            }
        }
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
        return value.isNull() ? Scalars.zero(type) : value(value, type, owner, path, goPath);
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
