package io.biplane.api.patch;

import io.biplane.api.Json;
import io.biplane.api.StatusException;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.Map;

/**
 * Merge patch: objects are merged, nulls delete, everything else replaces.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7386">RFC 7386</a>
 */
public final class MergePatch {
    private MergePatch() {}

    /**
     * Applies a patch.
     *
     * @return a new object; {@code original} is left as it is
     * @throws StatusException 400 if the patch is no object
     */
    public static ObjectNode apply(ObjectNode original, JsonNode patch) {
        if (!(patch instanceof ObjectNode object)) {
            throw StatusException.badRequest(
                    "error decoding patch: a merge patch of an object is an object");
        }
        return merge(original.deepCopy(), object);
    }

    private static ObjectNode merge(@Nullable JsonNode target, ObjectNode patch) {
        ObjectNode merged = target instanceof ObjectNode object ? object : Json.object();
        for (Map.Entry<String, JsonNode> field : patch.properties()) {
            String name = field.getKey();
            switch (field.getValue()) {
                case ObjectNode inner -> merged.set(name, merge(merged.get(name), inner));
                case JsonNode value when value.isNull() -> merged.remove(name);
                case JsonNode value -> merged.set(name, value.deepCopy());
            }
        }
        return merged;
    }
}
