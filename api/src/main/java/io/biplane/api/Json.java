package io.biplane.api;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** JSON trees: made, read from text and written; {@link Fields} looks into them. */
public final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Json() {}

    /** An empty object. */
    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** An empty list. */
    public static ArrayNode array() {
        return JsonNodeFactory.instance.arrayNode();
    }

    /**
     * Parses one JSON value.
     *
     * @throws JacksonException if the bytes are not one JSON value; the message names line and
     *     column
     */
    public static JsonNode parse(byte[] json) {
        return MAPPER.readTree(json);
    }

    /**
     * Parses one JSON value.
     *
     * @throws JacksonException if the text is not one JSON value
     */
    public static JsonNode parse(String json) {
        return MAPPER.readTree(json);
    }

    /**
     * Parses one JSON object.
     *
     * @throws JacksonException if the bytes are not JSON
     * @throws IllegalArgumentException if the value is not an object
     */
    public static ObjectNode parseObject(byte[] json) {
        return asObject(parse(json));
    }

    /**
     * Parses one JSON object.
     *
     * @throws JacksonException if the text is not JSON
     * @throws IllegalArgumentException if the value is not an object
     */
    public static ObjectNode parseObject(String json) {
        return asObject(parse(json));
    }

    private static ObjectNode asObject(JsonNode node) {
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw new IllegalArgumentException("expected a JSON object, found " + node.getNodeType());
    }

    /** The value as compact UTF-8 JSON, fields in the order in which the tree has them. */
    public static byte[] bytes(JsonNode node) {
        return MAPPER.writeValueAsBytes(node);
    }

    /** The value as compact JSON. */
    public static String text(JsonNode node) {
        return MAPPER.writeValueAsString(node);
    }

    /** The object under {@code name}; made and put in place if it is absent or null. */
    public static ObjectNode child(ObjectNode node, String name) {
        return node.get(name) instanceof ObjectNode child ? child : node.putObject(name);
    }
}
