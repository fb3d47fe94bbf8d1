package io.biplane.api.validation;

import tools.jackson.databind.JsonNode;

import java.util.List;
import java.util.function.BiConsumer;

/**
 * The way to a field of an object, and through lists to the field of each element: {@code
 * spec.ports[].protocol}.
 *
 * @param steps names, those of lists with {@code []} behind
 */
public record FieldPath(List<String> steps) {
    private static final String LIST = "[]";

    /** Copies the steps. */
    public FieldPath {
        steps = List.copyOf(steps);
    }

    /** Reads the form above. */
    public static FieldPath parse(String path) {
        return new FieldPath(List.of(path.split("\\.", -1)));
    }

    /**
     * Finds the field, or the fields.
     *
     * @param base the path of {@code node}; empty for a whole object
     * @param found gets the path as faults name it and the value of each field that is there
     */
    public void find(String base, JsonNode node, BiConsumer<String, JsonNode> found) {
        find(0, base, node, found);
    }

    private void find(int step, String path, JsonNode node, BiConsumer<String, JsonNode> found) {
        if (step == steps.size()) {
            if (!node.isMissingNode()) {
                found.accept(path, node);
            }
            return;
        }
        String name = steps.get(step);
        if (!name.endsWith(LIST)) {
            find(step + 1, join(path, name), node.path(name), found);
            return;
        }
        String list = name.substring(0, name.length() - LIST.length());
        JsonNode elements = node.path(list);
        for (int i = 0; i < elements.size(); i++) {
            find(step + 1, "%s[%d]".formatted(join(path, list), i), elements.get(i), found);
        }
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    @Override
    public String toString() {
        return String.join(".", steps);
    }
}
