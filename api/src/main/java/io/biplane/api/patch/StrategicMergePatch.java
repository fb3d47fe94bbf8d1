package io.biplane.api.patch;

import io.biplane.api.StatusException;
import io.biplane.api.type.ApiField;
import io.biplane.api.type.ApiType;
import io.biplane.api.type.MergeRule;
import io.biplane.api.type.TypeRegistry;
import io.biplane.api.type.ValueType;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;

/**
 * Strategic merge patch: a merge patch that knows, from the type registry, which lists are merged
 * and by which key. Understands the directives {@code $patch} (merge, replace, delete), {@code
 * $retainKeys}, {@code $setElementOrder/…} and {@code $deleteFromPrimitiveList/…}.
 *
 * @see <a
 *     href="https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md">the
 *     description of the format</a>
 */
public final class StrategicMergePatch {
    private final TypeRegistry registry = TypeRegistry.get();

    private StrategicMergePatch() {}

    /**
     * Applies a patch.
     *
     * @param type type of the object
     * @return a new object; {@code original} and {@code patch} are left as they are
     * @throws StatusException 400 if the patch is malformed
     */
    public static ObjectNode apply(ObjectNode original, JsonNode patch, ApiType type) {
        if (!(patch instanceof ObjectNode object)) {
            throw Directives.malformed("a strategic merge patch of an object is an object");
        }
        return new StrategicMergePatch()
                .merge(original.deepCopy(), object.deepCopy(), new ValueType.Ref(type.name()));
    }

    /**
     * Merges a patch into an object.
     *
     * @param target changed in place and returned, unless the patch replaces it
     * @param patch used up
     * @param type type of both; null where the registry knows none: lists are then replaced
     */
    private ObjectNode merge(ObjectNode target, ObjectNode patch, @Nullable ValueType type) {
        JsonNode directive = patch.remove(Directives.PATCH);
        if (directive != null) {
            switch (directive.stringValue("")) {
                case "replace" -> {
                    return Directives.strip(patch);
                }
                case "delete" -> {
                    return target.removeAll();
                }
                case "merge" -> {}
                default -> throw Directives.malformed("Unknown patch type found: " + directive);
            }
        }
        Directives.retainKeys(target, patch);
        List<String> names = new ArrayList<>(patch.propertyNames());
        // Orders go first: they are applied together with the list that they order.
        for (String name : names) {
            if (name.startsWith(Directives.SET_ELEMENT_ORDER)) {
                mergeOrdered(target, patch, name, type);
            }
        }
        for (String name : names) {
            JsonNode value = patch.get(name);
            if (value != null) {
                mergeField(target, name, value, type);
            }
        }
        return target;
    }

    private void mergeField(
            ObjectNode target, String name, JsonNode value, @Nullable ValueType type) {
        if (name.startsWith(Directives.DELETE_FROM_LIST)) {
            String field = name.substring(Directives.DELETE_FROM_LIST.length());
            if (target.get(field) instanceof ArrayNode list) {
                target.set(field, MergedList.without(list, Directives.list(name, value)));
            }
            return;
        }
        JsonNode old = target.get(name);
        ValueType fieldType = fieldType(type, name);
        switch (value) {
            case JsonNode v when v.isNull() -> target.remove(name);
            case ObjectNode v when old instanceof ObjectNode inner ->
                    target.set(name, merge(inner, v, fieldType));
            case ArrayNode v when old instanceof ArrayNode list && rule(type, name).merge() ->
                    target.set(name, mergeLists(list, v, fieldType, rule(type, name)));
            default -> target.set(name, Directives.stripAny(value));
        }
    }

    /** Merges the list that {@code directive} orders, and orders it; both leave the patch. */
    private void mergeOrdered(
            ObjectNode target, ObjectNode patch, String directive, @Nullable ValueType type) {
        String name = directive.substring(Directives.SET_ELEMENT_ORDER.length());
        ArrayNode order = Directives.list(directive, patch.path(directive));
        patch.remove(directive);
        MergeRule rule = rule(type, name);
        JsonNode additions = patch.get(name);
        if (!rule.merge() || (additions != null && !additions.isArray())) {
            return;
        }
        patch.remove(name);
        JsonNode old = target.get(name);
        ArrayNode merged;
        if (old instanceof ArrayNode list && additions instanceof ArrayNode added) {
            merged = mergeLists(list.deepCopy(), added, fieldType(type, name), rule);
        } else if (additions instanceof ArrayNode added) {
            merged = Directives.strip(added);
        } else if (old instanceof ArrayNode list) {
            merged = list.deepCopy();
        } else {
            return;
        }
        ArrayNode serverOrder = old instanceof ArrayNode list ? list : merged;
        target.set(name, MergedList.ordered(merged, order, serverOrder, rule.mergeKey()));
    }

    private ArrayNode mergeLists(
            ArrayNode list, ArrayNode patch, @Nullable ValueType type, MergeRule rule) {
        if (rule.mergeKey().isEmpty()) {
            return MergedList.ofScalars(list, patch);
        }
        ArrayNode serverOrder = list.deepCopy();
        String key = rule.mergeKey();
        ValueType elementType = type instanceof ValueType.ListOf of ? of.element() : null;
        ArrayNode additions = MergedList.applyDirectives(list, patch, key);
        for (JsonNode element : additions) {
            int at = MergedList.indexOf(list, element, key);
            if (at < 0) {
                list.add(Directives.stripAny(element));
            } else if (list.get(at) instanceof ObjectNode old && element instanceof ObjectNode e) {
                list.set(at, merge(old, e, elementType));
            }
        }
        return MergedList.ordered(list, additions, serverOrder, key);
    }

    private @Nullable ValueType fieldType(@Nullable ValueType type, String name) {
        ApiField field = field(type, name);
        if (field != null) {
            return field.type();
        }
        return type instanceof ValueType.MapOf map ? map.value() : null;
    }

    private MergeRule rule(@Nullable ValueType type, String name) {
        ApiField field = field(type, name);
        return field == null ? MergeRule.NONE : field.rule();
    }

    private @Nullable ApiField field(@Nullable ValueType type, String name) {
        return type instanceof ValueType.Ref ref ? registry.type(ref).field(name) : null;
    }
}
