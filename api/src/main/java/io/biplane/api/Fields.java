package io.biplane.api;

import io.biplane.netip.Addr;
import io.biplane.netip.Prefix;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reading of JSON trees by path: what is absent, null or of another type reads as empty. */
public final class Fields {
    private Fields() {}

    /** The node at {@code path}; a missing node if a step is absent. */
    public static JsonNode at(JsonNode from, String... path) {
        JsonNode node = from;
        for (String step : path) {
            node = node.path(step);
        }
        return node;
    }

    /** The node at {@code path}, or null when a step is absent or null. */
    public static @Nullable JsonNode find(JsonNode from, String... path) {
        JsonNode node = from;
        for (String step : path) {
            JsonNode next = node.get(step);
            if (next == null || next.isNull()) {
                return null;
            }
            node = next;
        }
        return node;
    }

    /** The string at {@code path}; "" when there is none, or something else. */
    public static String string(JsonNode from, String... path) {
        return at(from, path).stringValue("");
    }

    /** The string at {@code path}, if there is one and it is not empty. */
    public static Optional<String> optionalString(JsonNode from, String... path) {
        String value = string(from, path);
        return value.isEmpty() ? Optional.empty() : Optional.of(value);
    }

    /** The string in a field of which {@code ""} says something else than leaving it out. */
    public static Optional<String> givenString(JsonNode from, String field) {
        return from.path(field).stringValueOpt();
    }

    /**
     * The scalar at {@code path}, written out: a port's name or number, a quantity with a unit or
     * without. "" when there is none.
     */
    public static String text(JsonNode from, String... path) {
        JsonNode node = find(from, path);
        return node == null || node.isContainer() ? "" : node.asString();
    }

    /** The scalar at {@code path}, written out, when there is one. */
    public static Optional<String> optionalText(JsonNode from, String... path) {
        String text = text(from, path);
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    /** The number at {@code path}, or {@code absent}. */
    public static int number(JsonNode from, int absent, String... path) {
        JsonNode node = find(from, path);
        return node == null || !node.canConvertToInt() ? absent : node.intValue();
    }

    /** The boolean at {@code path}; false when there is none. */
    public static boolean flag(JsonNode from, String... path) {
        JsonNode node = find(from, path);
        return node != null && node.isBoolean() && node.booleanValue();
    }

    /** The elements of the array at {@code path}. */
    public static List<JsonNode> list(JsonNode from, String... path) {
        JsonNode node = find(from, path);
        if (node == null || !node.isArray() || node.isEmpty()) {
            return List.of();
        }
        List<JsonNode> elements = new ArrayList<>(node.size());
        node.forEach(elements::add);
        return elements;
    }

    /** The strings of the array at {@code path}. */
    public static List<String> texts(JsonNode from, String... path) {
        return list(from, path).stream().map(JsonNode::asString).toList();
    }

    /** The map of strings at {@code path} (labels, selectors, quantities), in its written order. */
    public static Map<String, String> map(JsonNode from, String... path) {
        JsonNode node = find(from, path);
        if (node == null || !node.isObject() || node.isEmpty()) {
            return Map.of();
        }
        Map<String, String> map = new LinkedHashMap<>();
        node.forEachEntry((key, value) -> map.put(key, value.asString()));
        return map;
    }

    /** The address written as {@code text}, when it is one. */
    public static Optional<Addr> addr(String text) {
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(Addr.parse(text));
        } catch (IllegalArgumentException notAnAddress) {
            return Optional.empty();
        }
    }

    /** Those of {@code texts} that are addresses. */
    public static List<Addr> addrs(List<String> texts) {
        return texts.stream().flatMap(text -> addr(text).stream()).toList();
    }

    /** Those of {@code texts} that are prefixes; host bits are masked off. */
    public static List<Prefix> prefixes(List<String> texts) {
        return texts.stream().flatMap(text -> prefix(text).stream()).toList();
    }

    private static Optional<Prefix> prefix(String text) {
        try {
            return Optional.of(Prefix.parseMasked(text));
        } catch (IllegalArgumentException notAPrefix) {
            return Optional.empty();
        }
    }
}
