package io.biplane.api.type;

/** What JSON a field holds. */
public sealed interface ValueType {
    /** Values without fields of their own. */
    enum Scalar implements ValueType {
        STRING("string"),
        INT32("int32"),
        INT64("int64"),
        DOUBLE("float64"),
        BOOLEAN("bool"),
        /** Base64. */
        BYTES("[]uint8"),
        /** RFC 3339, seconds. */
        TIME("v1.Time"),
        /** RFC 3339, microseconds. */
        MICROTIME("v1.MicroTime"),
        /** A number with a suffix, such as {@code 100Mi}. */
        QUANTITY("resource.Quantity"),
        INT_OR_STRING("intstr.IntOrString"),
        /** Any JSON object; its fields are not looked at. */
        OBJECT("runtime.RawExtension");

        private final String goName;

        Scalar(String goName) {
            this.goName = goName;
        }

        @Override
        public String goName() {
            return goName;
        }
    }

    /** An object of a type of the registry. */
    record Ref(String typeName) implements ValueType {
        @Override
        public String goName() {
            String[] parts = typeName.split("\\.", -1);
            return parts[parts.length - 2] + "." + parts[parts.length - 1];
        }
    }

    /** A list. */
    record ListOf(ValueType element) implements ValueType {
        @Override
        public String goName() {
            return "[]" + element.goName();
        }
    }

    /** An object with any field names and values of one type. */
    record MapOf(ValueType value) implements ValueType {
        @Override
        public String goName() {
            return "map[string]" + value.goName();
        }
    }

    /** The name that upstream's messages give this type. */
    String goName();

    /** Reads the form that the build writes: {@code []}, {@code {}}, {@code @type} or a scalar. */
    static ValueType parse(String text) {
        if (text.startsWith("[]")) {
            return new ListOf(parse(text.substring(2)));
        }
        if (text.startsWith("{}")) {
            return new MapOf(parse(text.substring(2)));
        }
        if (text.startsWith("@")) {
            return new Ref(text.substring(1));
        }
        return switch (text) {
            case "string" -> Scalar.STRING;
            case "int32" -> Scalar.INT32;
            case "int64" -> Scalar.INT64;
            case "double" -> Scalar.DOUBLE;
            case "boolean" -> Scalar.BOOLEAN;
            case "bytes" -> Scalar.BYTES;
            case "time" -> Scalar.TIME;
            case "microtime" -> Scalar.MICROTIME;
            case "quantity" -> Scalar.QUANTITY;
            case "int-or-string" -> Scalar.INT_OR_STRING;
            case "object" -> Scalar.OBJECT;
            default -> throw new IllegalArgumentException("unknown type " + text);
        };
    }
}
