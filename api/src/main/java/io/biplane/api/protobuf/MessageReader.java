package io.biplane.api.protobuf;

import io.biplane.api.Json;
import io.biplane.api.type.ApiField;
import io.biplane.api.type.ApiType;
import io.biplane.api.type.TypeRegistry;
import io.biplane.api.type.ValueType;
import io.biplane.api.type.ValueType.Scalar;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reads the message of a type into the object that JSON would have shown. Go writes every field
 * that is no pointer, zero or not, and JSON leaves such zeros out: they are dropped, unless the
 * field is one of those for which zero is a wish.
 */
final class MessageReader {
    private static final Map<ApiType, Level> LEVELS = new ConcurrentHashMap<>();

    /** The fields of a message by number; messages that JSON inlines are levels below. */
    private record Level(Map<Integer, ApiField> fields, Map<Integer, Level> inlined) {
        static Level of(ApiType type) {
            Level root = new Level(new HashMap<>(), new HashMap<>());
            for (ApiField field : type.fields()) {
                root.add(field, field.numbers());
            }
            return root;
        }

        private void add(ApiField field, List<Integer> numbers) {
            if (numbers.size() == 1) {
                fields.put(numbers.getFirst(), field);
            } else if (numbers.size() > 1) {
                inlined.computeIfAbsent(
                                numbers.getFirst(),
                                _ -> new Level(new HashMap<>(), new HashMap<>()))
                        .add(field, numbers.subList(1, numbers.size()));
            }
        }
    }

    private MessageReader() {}

    static void read(Wire message, ApiType type, ObjectNode into) {
        read(message, LEVELS.computeIfAbsent(type, Level::of), into);
    }

    private static void read(Wire message, Level level, ObjectNode into) {
        while (message.next()) {
            ApiField field = level.fields().get(message.number());
            Level inlined = level.inlined().get(message.number());
            if (field != null) {
                read(message, field, into);
            } else if (inlined != null) {
                read(message.message(), inlined, into);
            } else {
                message.skip();
            }
        }
    }

    private static void read(Wire message, ApiField field, ObjectNode into) {
        switch (field.type()) {
            case ValueType.ListOf(ValueType element) -> {
                ArrayNode list =
                        into.get(field.name()) instanceof ArrayNode found
                                ? found
                                : into.putArray(field.name());
                JsonNode value = value(message, element);
                if (value != null) {
                    list.add(value);
                }
            }
            case ValueType.MapOf(ValueType valueType) ->
                    readEntry(message.message(), valueType, Json.child(into, field.name()));
            case ValueType single -> {
                JsonNode value = value(message, single);
                if (value != null && (!isZero(value) || ZeroWishes.contains(field.name()))) {
                    into.set(field.name(), value);
                }
            }
        }
    }

    private static void readEntry(Wire entry, ValueType valueType, ObjectNode into) {
        String key = "";
        JsonNode value = Scalars.zero(valueType);
        while (entry.next()) {
            switch (entry.number()) {
                case 1 -> key = entry.string();
                case 2 -> {
                    JsonNode read = value(entry, valueType);
                    value = read == null ? value : read;
                }
                default -> entry.skip();
            }
        }
        into.set(key, value);
    }

    /** Null where the value says nothing, such as a time that was never set. */
    private static @Nullable JsonNode value(Wire message, ValueType type) {
        return switch (type) {
            case Scalar scalar -> Scalars.read(message, scalar);
            case ValueType.Ref ref -> {
                ObjectNode object = Json.object();
                read(message.message(), TypeRegistry.get().type(ref), object);
                yield object;
            }
            case ValueType.ListOf(ValueType element) -> {
                // A list within a list or map is a message with the elements as its first field.
                ArrayNode list = Json.array();
                Wire items = message.message();
                while (items.next()) {
                    JsonNode item = value(items, element);
                    if (item != null) {
                        list.add(item);
                    }
                }
                yield list;
            }
            case ValueType.MapOf _ ->
                    throw new IllegalArgumentException("proto: a map within a list or map");
        };
    }

    private static boolean isZero(JsonNode value) {
        return (value.isString() && value.stringValue().isEmpty())
                || (value.isNumber() && value.doubleValue() == 0)
                || (value.isBoolean() && !value.booleanValue());
    }
}
