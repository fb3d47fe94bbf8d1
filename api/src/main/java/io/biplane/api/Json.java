package io.biplane.api;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.util.Optional;

/** JSON trees: reading, writing and the few look-ups that every user of an API object needs. */
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

    /** The node under the field names of {@code path}; a missing node if any of them is absent. */
    public static JsonNode at(JsonNode node, String... path) {
        JsonNode at = node;
        for (String name : path) {
            at = at.path(name);
        }
        return at;
    }

    /** The string under {@code path}, or {@code ""} if it is absent or no string. */
    public static String string(JsonNode node, String... path) {
        return at(node, path).stringValue("");
    }

    /** The string under {@code path}, if there is one and it is not empty. */
    public static Optional<String> optionalString(JsonNode node, String... path) {
        String value = string(node, path);
        return value.isEmpty() ? Optional.empty() : Optional.of(value);
    }

    /** The string in a field of which {@code ""} says something else than leaving it out. */
    public static Optional<String> givenString(JsonNode node, String field) {
        return node.path(field).stringValueOpt();
    }

    /** The object under {@code name}; made and put in place if it is absent or null. */
    public static ObjectNode child(ObjectNode node, String name) {
        return node.get(name) instanceof ObjectNode child ? child : node.putObject(name);
    }
}
