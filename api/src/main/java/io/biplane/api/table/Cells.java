package io.biplane.api.table;

import io.biplane.api.Fields;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What cells of several kinds have in common. */
public final class Cells {
    public static final String NONE = "<none>";

    private Cells() {}

    /** The text, or {@code <none>} if it is empty. */
    public static String orNone(String text) {
        return text.isEmpty() ? NONE : text;
    }

    /** The string under a path, or {@code <none>}. */
    public static Column.Cell text(String... path) {
        return (object, now) -> orNone(Fields.string(object, path));
    }

    /** The number under a path, or 0. */
    public static Column.Cell number(String... path) {
        return (object, now) -> Fields.at(object, path).intValue(0);
    }

    /** How many entries the map or list under a path has. */
    public static Column.Cell size(String... path) {
        return (object, now) -> Fields.at(object, path).size();
    }

    /** {@code a=b,c=d}, sorted, or {@code <none>}. */
    public static String labels(JsonNode labels) {
        return orNone(
                labels.properties().stream()
                        .map(e -> e.getKey() + "=" + e.getValue().stringValue(""))
                        .sorted()
                        .collect(Collectors.joining(",")));
    }

    /** A LabelSelector as text: what it wants equal first, then its expressions. */
    public static String selector(JsonNode selector) {
        List<String> parts = new ArrayList<>();
        for (Map.Entry<String, JsonNode> label : selector.path("matchLabels").properties()) {
            parts.add(label.getKey() + "=" + label.getValue().stringValue(""));
        }
        for (JsonNode expression : selector.path("matchExpressions")) {
            String key = Fields.string(expression, "key");
            String values =
                    expression
                            .path("values")
                            .valueStream()
                            .map(v -> v.stringValue(""))
                            .sorted()
                            .collect(Collectors.joining(",", "(", ")"));
            parts.add(
                    switch (Fields.string(expression, "operator")) {
                        case "In" -> key + " in " + values;
                        case "NotIn" -> key + " notin " + values;
                        case "DoesNotExist" -> "!" + key;
                        default -> key;
                    });
        }
        parts.sort(null);
        return orNone(String.join(",", parts));
    }

    /** One field of all elements of a list, joined by commas; absent ones left out. */
    public static String join(JsonNode list, String field) {
        return list.valueStream()
                .map(element -> Fields.string(element, field))
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining(","));
    }

    /** At most {@code max} entries, then how many more there are; {@code empty} if none. */
    public static String some(List<String> all, int max, String empty) {
        if (all.isEmpty()) {
            return empty;
        }
        String shown = String.join(",", all.subList(0, Math.min(max, all.size())));
        return all.size() > max ? shown + " + " + (all.size() - max) + " more..." : shown;
    }
}
