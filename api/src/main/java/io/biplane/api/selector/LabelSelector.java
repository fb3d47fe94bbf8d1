package io.biplane.api.selector;

import io.biplane.api.Fields;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** A label selector: all of its requirements must hold. An empty one selects everything. */
public final class LabelSelector {
    private static final LabelSelector EVERYTHING = new LabelSelector(List.of());

    private final List<Requirement> requirements;

    LabelSelector(List<Requirement> requirements) {
        this.requirements = List.copyOf(requirements);
    }

    /** Selects every object. */
    public static LabelSelector everything() {
        return EVERYTHING;
    }

    /**
     * Parses the text form, such as {@code app=web,tier in (a, b),!canary,weight>3}.
     *
     * @throws IllegalArgumentException if the text is no selector; the message says where
     */
    public static LabelSelector parse(String text) {
        return new LabelSelector(new LabelParser(text).parse());
    }

    /**
     * Reads a {@code meta/v1} LabelSelector ({@code matchLabels}, {@code matchExpressions}).
     *
     * @throws IllegalArgumentException if an expression has an unknown operator or no key
     */
    public static LabelSelector of(JsonNode selector) {
        List<Requirement> all = new ArrayList<>(ofMap(selector.path("matchLabels")).requirements);
        for (JsonNode expression : selector.path("matchExpressions")) {
            String key = Fields.string(expression, "key");
            Syntax.checkKey(key);
            Set<String> values = new HashSet<>();
            expression.path("values").forEach(v -> values.add(v.stringValue("")));
            all.add(requirement(key, Fields.string(expression, "operator"), values));
        }
        return new LabelSelector(all);
    }

    /** Reads a plain map of labels, as in a Service's {@code spec.selector}. */
    public static LabelSelector ofMap(JsonNode labels) {
        List<Requirement> all = new ArrayList<>();
        for (var label : labels.properties()) {
            all.add(new Requirement.In(label.getKey(), Set.of(label.getValue().stringValue(""))));
        }
        return new LabelSelector(all);
    }

    private static Requirement requirement(String key, String operator, Set<String> values) {
        boolean wantsValues = operator.equals("In") || operator.equals("NotIn");
        if (wantsValues == values.isEmpty()) {
            throw new IllegalArgumentException(
                    wantsValues
                            ? "values: Invalid value: []: for 'in', 'notin' operators, values set"
                                    + " can't be empty"
                            : "values: values set must be empty for exists and does not exist");
        }
        return switch (operator) {
            case "In" -> new Requirement.In(key, values);
            case "NotIn" -> new Requirement.NotIn(key, values);
            case "Exists" -> new Requirement.Exists(key, true);
            case "DoesNotExist" -> new Requirement.Exists(key, false);
            default ->
                    throw new IllegalArgumentException(
                            "\"" + operator + "\" is not a valid label selector operator");
        };
    }

    /** Whether every object is selected. */
    public boolean isEverything() {
        return requirements.isEmpty();
    }

    /**
     * Whether labels are selected.
     *
     * @param labels the map of labels; a missing or null node counts as no labels
     */
    public boolean matches(JsonNode labels) {
        for (Requirement requirement : requirements) {
            if (!requirement.matches(labels)) {
                return false;
            }
        }
        return true;
    }

    /** Whether an object is selected by its {@code metadata.labels}. */
    public boolean selects(JsonNode object) {
        return requirements.isEmpty() || matches(Fields.at(object, "metadata", "labels"));
    }

    /** The text form. */
    @Override
    public String toString() {
        return requirements.stream().map(Object::toString).collect(Collectors.joining(","));
    }
}
