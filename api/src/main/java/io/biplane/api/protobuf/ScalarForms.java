package io.biplane.api.protobuf;

import io.biplane.api.Json;
import io.biplane.api.Times;
import io.biplane.api.protobuf.WireReader.Tag;
import io.biplane.api.type.ValueType.Scalar;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

import java.time.Instant;
import java.util.Base64;
import java.util.function.Function;

/** How values without fields of their own are written in protobuf and in JSON. */
final class ScalarForms {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Midnight of January 1 of year 1: what upstream's zero time is, which it writes as null. */
    private static final long ZERO_TIME = Instant.parse("0001-01-01T00:00:00Z").getEpochSecond();

    private static final long LAST_TIME = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();
    private static final int NANOS_PER_SECOND = 1_000_000_000;

    private ScalarForms() {}

    /** How the protobuf encoding writes values of this type. */
    static int wireType(Scalar type) {
        return switch (type) {
            case INT32, INT64, BOOLEAN -> WireReader.VARINT;
            case DOUBLE -> WireReader.FIXED64;
            case STRING, BYTES, TIME, MICROTIME, QUANTITY, INT_OR_STRING, OBJECT ->
                    WireReader.BYTES;
        };
    }

    /** The value as upstream writes it in JSON, or null for what it writes as {@code null}. */
    static @Nullable JsonNode read(WireReader in, Scalar type) {
        return switch (type) {
            case STRING -> NODES.stringNode(in.text());
            case INT32 -> NODES.numberNode((int) in.varint());
            case INT64 -> integer(in.varint());
            case BOOLEAN -> NODES.booleanNode(in.varint() != 0);
            case DOUBLE -> real(in);
            case BYTES -> NODES.stringNode(Base64.getEncoder().encodeToString(in.bytes()));
            case TIME -> time(in.nested(), Times::time);
            case MICROTIME -> time(in.nested(), Times::microTime);
            case QUANTITY -> quantity(in.nested());
            case INT_OR_STRING -> intOrString(in.nested());
            case OBJECT -> raw(in.nested());
        };
    }

    /** What a map entry without a value holds. */
    static JsonNode zero(WireReader in, Scalar type) {
        return switch (type) {
            case STRING, BYTES -> NODES.stringNode("");
            case INT32, INT64, INT_OR_STRING -> NODES.numberNode(0);
            case BOOLEAN -> NODES.booleanNode(false);
            case DOUBLE -> NODES.numberNode(0.0);
            case QUANTITY -> NODES.stringNode("0");
            case TIME, MICROTIME, OBJECT -> throw in.fault("a map entry has no value");
        };
    }

    /** The node that a JSON parser makes of the number. */
    private static JsonNode integer(long value) {
        return value == (int) value ? NODES.numberNode((int) value) : NODES.numberNode(value);
    }

    private static JsonNode real(WireReader in) {
        double value = Double.longBitsToDouble(in.fixed64());
        if (!Double.isFinite(value)) {
            throw in.fault("JSON has no number " + value);
        }
        return NODES.numberNode(value);
    }

    /** meta/v1 {@code Timestamp}: seconds since 1970 and nanoseconds. */
    private static @Nullable JsonNode time(WireReader in, Function<Instant, String> format) {
        if (!in.more()) {
            return null;
        }
        int start = in.offset();
        long seconds = 0;
        long nanos = 0;
        while (in.more()) {
            Tag tag = in.tag();
            switch (tag.number()) {
                case 1 -> seconds = number(in, tag);
                case 2 -> nanos = number(in, tag);
                default -> in.skip(tag);
            }
        }
        if (seconds < ZERO_TIME || seconds > LAST_TIME || nanos < 0 || nanos >= NANOS_PER_SECOND) {
            throw new MalformedException(
                    start,
                    "a time of %d seconds and %d nanoseconds is not in the years 1 to 9999"
                            .formatted(seconds, nanos));
        }
        return seconds == ZERO_TIME && nanos == 0
                ? null
                : NODES.stringNode(format.apply(Instant.ofEpochSecond(seconds, nanos)));
    }

    private static JsonNode quantity(WireReader in) {
        String value = "0";
        while (in.more()) {
            Tag tag = in.tag();
            if (tag.number() == 1) {
                value = text(in, tag);
            } else {
                in.skip(tag);
            }
        }
        return NODES.stringNode(value);
    }

    private static JsonNode intOrString(WireReader in) {
        int start = in.offset();
        long which = 0;
        int number = 0;
        String string = "";
        while (in.more()) {
            Tag tag = in.tag();
            switch (tag.number()) {
                case 1 -> which = number(in, tag);
                case 2 -> number = (int) number(in, tag);
                case 3 -> string = text(in, tag);
                default -> in.skip(tag);
            }
        }
        if (which != 0 && which != 1) {
            throw new MalformedException(
                    start, "%d is neither an integer (0) nor a string (1)".formatted(which));
        }
        return which == 0 ? NODES.numberNode(number) : NODES.stringNode(string);
    }

    /** {@code FieldsV1} and {@code RawExtension}: JSON inside of a message. */
    private static @Nullable JsonNode raw(WireReader in) {
        int start = in.offset();
        byte[] json = {};
        while (in.more()) {
            Tag tag = in.tag();
            if (tag.number() == 1) {
                expect(in, tag, WireReader.BYTES);
                json = in.bytes();
            } else {
                in.skip(tag);
            }
        }
        try {
            JsonNode value = Json.parse(json);
            return value.isMissingNode() || value.isNull() ? null : value;
        } catch (JacksonException e) {
            throw new MalformedException(start, "it holds no JSON: " + e.getOriginalMessage());
        }
    }

    private static long number(WireReader in, Tag tag) {
        expect(in, tag, WireReader.VARINT);
        return in.varint();
    }

    static String text(WireReader in, Tag tag) {
        expect(in, tag, WireReader.BYTES);
        return in.text();
    }

    static void expect(WireReader in, Tag tag, int wireType) {
        if (tag.wireType() != wireType) {
            throw in.fault(
                    "field number %d has wire type %d instead of %d"
                            .formatted(tag.number(), tag.wireType(), wireType));
        }
    }
}
