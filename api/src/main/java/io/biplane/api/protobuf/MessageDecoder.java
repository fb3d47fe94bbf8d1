package io.biplane.api.protobuf;

import io.biplane.api.Json;
import io.biplane.api.protobuf.WireReader.Tag;
import io.biplane.api.type.ApiField;
import io.biplane.api.type.TypeRegistry;
import io.biplane.api.type.ValueType;
import io.biplane.api.type.ValueType.Scalar;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayDeque;
import java.util.Deque;

/** Reads one object, message by message; used once, by one thread. */
final class MessageDecoder {
    /** The deepest kinds need 15 or so. */
    private static final int MAX_DEPTH = 64;

    /** Two bytes may stand for an object of a hundred; this keeps the tree in proportion. */
    private static final int MAX_VALUES = 500_000;

    private final TypeRegistry types = TypeRegistry.get();

    /** The fields down to the one that is being read. */
    private final Deque<String> path = new ArrayDeque<>();

    private int values;

    /**
     * Where the reading stands, such as {@code spec.ports[0].port}; after a fault, where it was.
     */
    String path() {
        StringBuilder text = new StringBuilder();
        path.descendingIterator().forEachRemaining(text::append);
        return text.isEmpty() ? "(the object)" : text.substring(text.charAt(0) == '.' ? 1 : 0);
    }

    /** Adds what a message holds to an object, over what is there: messages come in parts too. */
    void message(WireReader in, FieldTable table, ObjectNode into) {
        while (in.more()) {
            Tag tag = in.tag();
            switch (table.entry(tag.number())) {
                case null -> in.skip(tag);
                case FieldTable.Embedded embedded -> {
                    ScalarForms.expect(in, tag, WireReader.BYTES);
                    message(in.nested(), embedded.table(), into);
                }
                case FieldTable.Leaf leaf -> {
                    enter(in, "." + leaf.field().name());
                    field(in, tag, leaf.field(), into);
                    path.pop();
                }
            }
        }
    }

    private void field(WireReader in, Tag tag, ApiField field, ObjectNode into) {
        String name = field.name();
        switch (field.type()) {
            case ValueType.ListOf list -> {
                ArrayNode array =
                        into.get(name) instanceof ArrayNode before ? before : into.putArray(name);
                elements(in, tag, list.element(), array);
            }
            case ValueType.MapOf map -> {
                ScalarForms.expect(in, tag, WireReader.BYTES);
                entry(in.nested(), map.value(), Json.child(into, name));
            }
            case ValueType.Ref ref -> {
                ScalarForms.expect(in, tag, WireReader.BYTES);
                message(in.nested(), table(ref), Json.child(into, name));
            }
            case Scalar scalar -> {
                ScalarForms.expect(in, tag, ScalarForms.wireType(scalar));
                JsonNode value = ScalarForms.read(in, scalar);
                // Go writes the zero values of all fields that are no pointers.
                if (value == null || field.presence().omits(value)) {
                    into.remove(name);
                } else {
                    into.set(name, value);
                }
            }
        }
    }

    private void elements(WireReader in, Tag tag, ValueType type, ArrayNode into) {
        boolean packed =
                tag.wireType() == WireReader.BYTES
                        && type instanceof Scalar scalar
                        && ScalarForms.wireType(scalar) != WireReader.BYTES;
        WireReader source = packed ? in.nested() : in;
        Tag elementTag = packed ? new Tag(tag.number(), ScalarForms.wireType((Scalar) type)) : tag;
        while (source.more()) {
            enter(source, "[" + into.size() + "]");
            into.add(value(source, elementTag, type));
            path.pop();
            if (!packed) {
                return;
            }
        }
    }

    private void entry(WireReader in, ValueType type, ObjectNode into) {
        String key = "";
        JsonNode value = null;
        while (in.more()) {
            Tag tag = in.tag();
            switch (tag.number()) {
                case 1 -> key = ScalarForms.text(in, tag);
                case 2 -> {
                    enter(in, "[" + key + "]");
                    value = value(in, tag, type);
                    path.pop();
                }
                default -> in.skip(tag);
            }
        }
        into.set(key, value == null ? absent(in, type) : value);
    }

    private JsonNode value(WireReader in, Tag tag, ValueType type) {
        return switch (type) {
            case ValueType.Ref ref -> {
                ScalarForms.expect(in, tag, WireReader.BYTES);
                ObjectNode object = Json.object();
                message(in.nested(), table(ref), object);
                yield object;
            }
            case Scalar scalar -> {
                ScalarForms.expect(in, tag, ScalarForms.wireType(scalar));
                JsonNode value = ScalarForms.read(in, scalar);
                yield value == null ? absent(in, type) : value;
            }
            // Protobuf has no lists or maps of lists or maps.
            case ValueType.ListOf _, ValueType.MapOf _ ->
                    throw new IllegalStateException(
                            "%s: protobuf cannot hold %s".formatted(path(), type));
        };
    }

    private static JsonNode absent(WireReader in, ValueType type) {
        return type instanceof Scalar scalar ? ScalarForms.zero(in, scalar) : Json.object();
    }

    private FieldTable table(ValueType.Ref ref) {
        return FieldTable.of(types.type(ref));
    }

    private void enter(WireReader in, String step) {
        path.push(step);
        if (path.size() > MAX_DEPTH) {
            throw in.fault("it is nested more than %d levels deep".formatted(MAX_DEPTH));
        }
        if (++values > MAX_VALUES) {
            throw in.fault("the object holds more than %d values".formatted(MAX_VALUES));
        }
    }
}
