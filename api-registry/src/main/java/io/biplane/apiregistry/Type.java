package io.biplane.apiregistry;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A type that was found, as it is going to be written. */
final class Type {
    final String name;
    final String description;
    final List<String> kinds = new ArrayList<>();
    final Map<String, Field> fields = new TreeMap<>();

    /** By field, what rows say of it. */
    private final Map<String, Presence> presences = new HashMap<>();

    Type(String name, String description) {
        this.name = name;
        this.description = description;
    }

    /**
     * A field.
     *
     * @param type a scalar's name, {@code @type}, or one of these behind {@code []} (a list) or
     *     {@code {}} (a map of strings)
     * @param numbers protobuf field numbers from the outermost message inwards, joined by dots;
     *     empty if protobuf carries the field elsewhere ({@code apiVersion}, {@code kind})
     */
    record Field(String type, String numbers, boolean required, String description) {}

    /** Says when a field is there. */
    void presence(String field, Presence presence) {
        presences.put(field, presence);
    }

    /** When a field is there. */
    Presence presence(String name, Field field) {
        return presences.getOrDefault(name, Presence.usual(field));
    }

    /** By field, how a list or map is patched and merged. */
    private final Map<String, ListRule> rules = new LinkedHashMap<>();

    void rule(String field, ListRule rule) {
        rules.put(field, rule);
    }

    @Nullable ListRule rule(String field) {
        return rules.get(field);
    }
}
