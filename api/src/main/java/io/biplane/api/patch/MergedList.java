package io.biplane.api.patch;

import io.biplane.api.Json;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Lists that are merged: finding elements again, deleting and ordering them. */
final class MergedList {
    private MergedList() {}

    /** The index of the element that has the same key; -1 if there is none. */
    static int indexOf(JsonNode list, JsonNode element, String mergeKey) {
        JsonNode wanted = key(element, mergeKey);
        for (int i = 0; i < list.size(); i++) {
            JsonNode other = mergeKey.isEmpty() ? list.get(i) : list.get(i).path(mergeKey);
            if (JsonEquality.same(other, wanted)) {
                return i;
            }
        }
        return -1;
    }

    private static JsonNode key(JsonNode element, String mergeKey) {
        if (mergeKey.isEmpty()) {
            return element;
        }
        JsonNode key = element.get(mergeKey);
        if (key == null) {
            throw Directives.malformed(
                    "map: %s does not contain declared merge key: %s".formatted(element, mergeKey));
        }
        return key;
    }

    /** The list without the values of {@code gone}. */
    static ArrayNode without(ArrayNode list, ArrayNode gone) {
        ArrayNode rest = Json.array();
        for (JsonNode value : list) {
            if (indexOf(gone, value, "") < 0) {
                rest.add(value);
            }
        }
        return rest;
    }

    /** Both lists' values, each once; the patch's in its order. */
    static ArrayNode ofScalars(ArrayNode list, ArrayNode patch) {
        ArrayNode both = Json.array();
        for (ArrayNode values : List.of(list, patch)) {
            for (JsonNode value : values) {
                if (indexOf(both, value, "") < 0) {
                    both.add(value);
                }
            }
        }
        return ordered(both, patch, list, "");
    }

    /**
     * Applies the directives that stand among the elements of a patch: {@code $patch: delete}
     * removes from {@code list} what has the element's key, {@code $patch: replace} empties it.
     *
     * @return the elements that are data
     */
    static ArrayNode applyDirectives(ArrayNode list, ArrayNode patch, String mergeKey) {
        ArrayNode data = Json.array();
        for (JsonNode element : patch) {
            String directive = element.path(Directives.PATCH).stringValue("");
            switch (directive) {
                case "", "merge" -> data.add(element);
                case "delete" -> {
                    for (int i = indexOf(list, element, mergeKey);
                            i >= 0;
                            i = indexOf(list, element, mergeKey)) {
                        list.remove(i);
                    }
                }
                case "replace" -> list.removeAll();
                default -> throw Directives.malformed("Unknown patch type found: " + directive);
            }
        }
        return data;
    }

    /**
     * Orders a merged list: elements that the patch names stand in the patch's order, the others in
     * the server's, and between the two groups the server's order decides where it knows both.
     *
     * @param patchOrder elements, or objects with their keys only
     */
    static ArrayNode ordered(
            ArrayNode merged, ArrayNode patchOrder, ArrayNode serverOrder, String mergeKey) {
        List<JsonNode> patched = new ArrayList<>();
        List<JsonNode> others = new ArrayList<>();
        for (JsonNode element : merged) {
            (indexOf(patchOrder, element, mergeKey) >= 0 ? patched : others).add(element);
        }
        patched.sort(by(patchOrder, mergeKey));
        others.sort(by(serverOrder, mergeKey));
        ArrayNode result = Json.array();
        int next = 0;
        for (JsonNode other : others) {
            int place = indexOf(serverOrder, other, mergeKey);
            while (next < patched.size()) {
                int patchedPlace = indexOf(serverOrder, patched.get(next), mergeKey);
                if (place >= 0 && patchedPlace >= 0 && place < patchedPlace) {
                    break;
                }
                result.add(patched.get(next++));
            }
            result.add(other);
        }
        patched.subList(next, patched.size()).forEach(result::add);
        return result;
    }

    private static Comparator<JsonNode> by(ArrayNode order, String mergeKey) {
        return Comparator.comparingInt(element -> {
            int at = indexOf(order, element, mergeKey);
            return at < 0 ? Integer.MAX_VALUE : at;
        });
    }
}
