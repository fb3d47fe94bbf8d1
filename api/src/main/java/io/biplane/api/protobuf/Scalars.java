package io.biplane.api.protobuf;

import io.biplane.api.Json;
import io.biplane.api.type.ValueType;
import io.biplane.api.type.ValueType.Scalar;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.DoubleNode;
import tools.jackson.databind.node.IntNode;
import tools.jackson.databind.node.LongNode;
import tools.jackson.databind.node.StringNode;

import java.time.Instant;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.util.Base64;

/** Reads values without fields of their own, some of which are messages on the wire. */
final class Scalars {
    private static final int INT_OR_STRING_IS_STRING = 1;

    private Scalars() {}

    /** Null where the value says nothing. */
    static @Nullable JsonNode read(Wire wire, Scalar type) {
        return switch (type) {
            case STRING -> StringNode.valueOf(wire.string());
            case INT32 -> IntNode.valueOf((int) wire.varint());
            case INT64 -> integer(wire.varint());
            case DOUBLE -> DoubleNode.valueOf(wire.doubleValue());
            case BOOLEAN -> BooleanNode.valueOf(wire.varint() != 0);
            case BYTES -> StringNode.valueOf(Base64.getEncoder().encodeToString(wire.value()));
            case TIME -> time(wire.message(), ChronoUnit.SECONDS);
            case MICROTIME -> time(wire.message(), ChronoUnit.MICROS);
            case QUANTITY -> StringNode.valueOf(firstString(wire.message()));
            case INT_OR_STRING -> intOrString(wire.message());
            case OBJECT -> object(wire.message());
        };
    }

    // As the JSON parser does it: the same number is always the same kind of node.
    private static JsonNode integer(long value) {
        return value == (int) value ? IntNode.valueOf((int) value) : LongNode.valueOf(value);
    }

    private static @Nullable JsonNode time(Wire message, ChronoUnit precision) {
        long seconds = 0;
        long nanos = 0;
        boolean set = false;
        while (message.next()) {
            set = true;
            switch (message.number()) {
                case 1 -> seconds = message.varint();
                case 2 -> nanos = message.varint();
                default -> message.skip();
            }
        }
        if (!set) {
            return null;
        }
        Instant instant = Instant.ofEpochSecond(seconds, nanos).truncatedTo(precision);
        return StringNode.valueOf(
                precision == ChronoUnit.SECONDS ? instant.toString() : micros(instant));
    }

    /** Always six digits, as the API writes them. */
    private static String micros(Instant instant) {
        return "%s.%06dZ"
                .formatted(
                        instant.truncatedTo(ChronoUnit.SECONDS).toString().replace("Z", ""),
                        instant.get(ChronoField.MICRO_OF_SECOND));
    }

    private static String firstString(Wire message) {
        String text = "";
        while (message.next()) {
            if (message.number() == 1) {
                text = message.string();
            } else {
                message.skip();
            }
        }
        return text;
    }

    private static JsonNode intOrString(Wire message) {
        long kind = 0;
        int number = 0;
        String text = "";
        while (message.next()) {
            switch (message.number()) {
                case 1 -> kind = message.varint();
                case 2 -> number = (int) message.varint();
                case 3 -> text = message.string();
                default -> message.skip();
            }
        }
        return kind == INT_OR_STRING_IS_STRING ? StringNode.valueOf(text) : IntNode.valueOf(number);
    }

    /** JSON within a message, such as {@code managedFields}. */
    private static @Nullable JsonNode object(Wire message) {
        String json = firstString(message);
        return json.isEmpty() ? null : Json.parse(json);
    }

    /** What a map's entry holds when the wire leaves its value out. */
    static JsonNode zero(ValueType type) {
        return switch (type) {
            case Scalar scalar ->
                    switch (scalar) {
                        case INT32, INT64, DOUBLE -> IntNode.valueOf(0);
                        case BOOLEAN -> BooleanNode.FALSE;
                        default -> StringNode.valueOf("");
                    };
            case ValueType.ListOf _ -> Json.array();
            case ValueType.MapOf _, ValueType.Ref _ -> Json.object();
        };
    }
}
