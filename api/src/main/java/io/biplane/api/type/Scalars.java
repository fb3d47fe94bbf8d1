package io.biplane.api.type;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.IntNode;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.StringNode;

import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks values without fields of their own, in the words of upstream's decoder. */
final class Scalars {
    private static final Pattern QUANTITY =
            Pattern.compile(
                    "[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)"
                            + "(|[numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)");

    private static final Pattern BASE64_DIGITS = Pattern.compile("[A-Za-z0-9+/]*");

    private Scalars() {}

    /** Null if the value is well; otherwise what it is to be replaced with. */
    static @Nullable JsonNode check(
            JsonNode value, ValueType.Scalar type, ApiType owner, String goPath) {
        boolean fits =
                switch (type) {
                    case STRING -> value.isString();
                    case INT32 -> value.isIntegralNumber() && value.canConvertToInt();
                    case INT64 -> value.isIntegralNumber() && value.canConvertToLong();
                    case DOUBLE -> value.isNumber();
                    case BOOLEAN -> value.isBoolean();
                    case BYTES, TIME, MICROTIME -> value.isString();
                    case QUANTITY -> value.isString() || value.isNumber();
                    case INT_OR_STRING ->
                            value.isString()
                                    || (value.isIntegralNumber() && value.canConvertToInt());
                    case OBJECT -> true;
                };
        if (!fits) {
            throw mismatch(value, type, owner, goPath);
        }
        return switch (type) {
            case QUANTITY -> quantity(value);
            case TIME, MICROTIME -> time(value.stringValue());
            case BYTES -> bytes(value.stringValue());
            case STRING, INT32, INT64, DOUBLE, BOOLEAN, INT_OR_STRING, OBJECT -> null;
        };
    }

    /** What stands where nothing is said of a value that is always there. */
    static JsonNode zero(ValueType.Scalar type) {
        return switch (type) {
            case STRING, BYTES -> StringNode.valueOf("");
            case QUANTITY -> StringNode.valueOf("0");
            case INT32, INT64, DOUBLE, INT_OR_STRING -> IntNode.valueOf(0);
            case BOOLEAN -> BooleanNode.FALSE;
            case TIME, MICROTIME, OBJECT -> NullNode.instance;
        };
    }

    static DecodeException mismatch(JsonNode value, ValueType type, ApiType owner, String goPath) {
        return new DecodeException(
                "json: cannot unmarshal %s into Go struct field %s.%s of type %s"
                        .formatted(shown(value, type), owner.simpleName(), goPath, type.goName()));
    }

    private static String shown(JsonNode value, ValueType type) {
        boolean wantsInteger = type == ValueType.Scalar.INT32 || type == ValueType.Scalar.INT64;
        return switch (value.getNodeType()) {
            case STRING -> "string";
            case NUMBER -> wantsInteger ? "number " + value : "number";
            case BOOLEAN -> "bool";
            case ARRAY -> "array";
            case OBJECT, POJO -> "object";
            case NULL, MISSING -> "null";
            case BINARY -> "binary";
        };
    }

    private static @Nullable JsonNode quantity(JsonNode value) {
        String text = value.asString().strip();
        if (!QUANTITY.matcher(text).matches()) {
            throw new DecodeException(
                    "quantities must match the regular expression"
                            + " '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
        }
        return value.isString() ? null : StringNode.valueOf(text);
    }

    private static @Nullable JsonNode time(String text) {
        try {
            OffsetDateTime.parse(text, DateTimeFormatter.ISO_OFFSET_DATE_TIME);
            return null;
        } catch (DateTimeParseException e) {
            throw new DecodeException(
                    ("parsing time \"%s\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"%s\" as"
                                    + " \"2006\"")
                            .formatted(text, text));
        }
    }

    private static @Nullable JsonNode bytes(String text) {
        String data = text.replace("\r", "").replace("\n", "");
        try {
            Base64.getDecoder().decode(data);
            return null;
        } catch (IllegalArgumentException e) {
            Matcher digits = BASE64_DIGITS.matcher(data);
            throw new DecodeException(
                    "illegal base64 data at input byte " + (digits.lookingAt() ? digits.end() : 0));
        }
    }
}
