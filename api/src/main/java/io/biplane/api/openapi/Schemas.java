package io.biplane.api.openapi;

import io.biplane.api.Json;
import io.biplane.api.Resource;
import io.biplane.api.type.ApiField;
import io.biplane.api.type.ApiType;
import io.biplane.api.type.Descriptions;
import io.biplane.api.type.MergeRule;
import io.biplane.api.type.TypeRegistry;
import io.biplane.api.type.ValueType;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Collects the schemas of types and of all that they refer to. */
final class Schemas {
    static final String META = "io.k8s.apimachinery.pkg.apis.meta.v1.";
    private static final String TIME = META + "Time";
    private static final String MICROTIME = META + "MicroTime";
    private static final String QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity";
    private static final String INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";

    private final Style style;
    private final Map<String, ObjectNode> schemas = new TreeMap<>();

    Schemas(Style style) {
        this.style = style;
    }

    /** What was collected, by name. */
    Map<String, ObjectNode> all() {
        return schemas;
    }

    /** Takes in a type and what it refers to. */
    void add(ApiType type) {
        if (schemas.containsKey(type.name())) {
            return;
        }
        ObjectNode schema = Json.object();
        schemas.put(type.name(), schema);
        describe(schema, Descriptions.get().of(type));
        List<String> required = new ArrayList<>();
        ObjectNode properties = Json.object();
        for (ApiField field : type.fields()) {
            properties.set(field.name(), property(type, field));
            if (field.required()) {
                required.add(field.name());
            }
        }
        schema.put("type", "object");
        if (!required.isEmpty()) {
            ArrayNode names = schema.putArray("required");
            required.forEach(names::add);
        }
        if (!properties.isEmpty()) {
            schema.set("properties", properties);
        }
        if (type.rule().listType().endsWith(":atomic")) {
            schema.put("x-kubernetes-map-type", "atomic");
        }
        if (!type.kinds().isEmpty()) {
            ArrayNode kinds = schema.putArray("x-kubernetes-group-version-kind");
            type.kinds().forEach(kind -> kinds.add(kind(kind)));
        }
    }

    /** Takes in a kind and its list. */
    void add(Resource resource) {
        ApiType type = type(resource);
        add(type);
        ApiType listMeta = TypeRegistry.get().type(META + "ListMeta");
        add(listMeta);
        String kind = resource.kind();
        ObjectNode schema = Json.object();
        describe(schema, kind + "List is a list of " + kind + " objects.");
        schema.put("type", "object").putArray("required").add("items");
        ObjectNode properties = schema.putObject("properties");
        ApiField apiVersion = type.field("apiVersion");
        ApiField kindField = type.field("kind");
        if (apiVersion != null && kindField != null) {
            properties.set("apiVersion", property(type, apiVersion));
            properties.set("kind", property(type, kindField));
        }
        ObjectNode items = properties.putObject("items").put("type", "array");
        describe(items, "The objects of the list.");
        items.set("items", style.describedRef(type.name()));
        ObjectNode metadata = style.describedRef(listMeta.name());
        describe(metadata, "The list's own metadata.");
        properties.set("metadata", metadata);
        schema.putArray("x-kubernetes-group-version-kind")
                .add(gvk(resource.group(), resource.version(), resource.listKind()));
        schemas.put(type.name() + "List", schema);
    }

    /** The type of a resource's objects. */
    static ApiType type(Resource resource) {
        return TypeRegistry.get().ofKind(resource.apiVersion(), resource.kind()).orElseThrow();
    }

    /** Group, version and kind as extensions write them. */
    static ObjectNode gvk(String group, String version, String kind) {
        return Json.object().put("group", group).put("kind", kind).put("version", version);
    }

    private static ObjectNode kind(String groupVersionKind) {
        String[] parts = groupVersionKind.split("/", -1);
        return gvk(parts[0], parts[1], parts[2]);
    }

    private ObjectNode property(ApiType type, ApiField field) {
        ObjectNode property = value(field.type());
        describe(property, Descriptions.get().of(type, field));
        MergeRule rule = field.rule();
        String listType = rule.listType();
        if (listType.endsWith(":atomic")) {
            property.put("x-kubernetes-map-type", "atomic");
        } else if (!listType.isEmpty() && listType.indexOf(':') < 0) {
            property.put("x-kubernetes-list-type", listType);
        }
        if (!rule.listMapKeys().isEmpty()) {
            ArrayNode keys = property.putArray("x-kubernetes-list-map-keys");
            rule.listMapKeys().forEach(keys::add);
        }
        if (!rule.mergeKey().isEmpty()) {
            property.put("x-kubernetes-patch-merge-key", rule.mergeKey());
        }
        String strategy =
                (rule.merge() ? "merge" : "")
                        + (rule.merge() && rule.retainKeys() ? "," : "")
                        + (rule.retainKeys() ? "retainKeys" : "");
        if (!strategy.isEmpty()) {
            property.put("x-kubernetes-patch-strategy", strategy);
        }
        return property;
    }

    private ObjectNode value(ValueType type) {
        return switch (type) {
            case ValueType.Scalar scalar -> scalar(scalar);
            case ValueType.Ref ref -> {
                add(TypeRegistry.get().type(ref));
                yield style.describedRef(ref.typeName());
            }
            case ValueType.ListOf(ValueType element) -> {
                ObjectNode list = Json.object().put("type", "array");
                list.set("items", value(element));
                yield list;
            }
            case ValueType.MapOf(ValueType element) -> {
                ObjectNode map = Json.object().put("type", "object");
                map.set("additionalProperties", value(element));
                yield map;
            }
        };
    }

    private ObjectNode scalar(ValueType.Scalar scalar) {
        return switch (scalar) {
            case STRING -> typed("string", "");
            case INT32 -> typed("integer", "int32");
            case INT64 -> typed("integer", "int64");
            case DOUBLE -> typed("number", "double");
            case BOOLEAN -> typed("boolean", "");
            case BYTES -> typed("string", "byte");
            case OBJECT -> typed("object", "");
            case TIME -> named(TIME, typed("string", "date-time"));
            case MICROTIME -> named(MICROTIME, typed("string", "date-time"));
            case QUANTITY -> named(QUANTITY, either("string", "number", ""));
            case INT_OR_STRING ->
                    named(INT_OR_STRING, either("integer", "string", "int-or-string"));
        };
    }

    private ObjectNode named(String name, ObjectNode schema) {
        schemas.putIfAbsent(name, schema);
        return style.describedRef(name);
    }

    private static ObjectNode typed(String type, String format) {
        ObjectNode schema = Json.object().put("type", type);
        return format.isEmpty() ? schema : schema.put("format", format);
    }

    /** Version 2 cannot say "either"; there it is a string, which its readers take for anything. */
    private ObjectNode either(String one, String other, String format) {
        if (style == Style.V2) {
            return typed("string", format);
        }
        ObjectNode schema = Json.object();
        if (!format.isEmpty()) {
            schema.put("format", format);
        }
        schema.putArray("oneOf").add(typed(one, "")).add(typed(other, ""));
        return schema;
    }

    private static void describe(ObjectNode schema, String text) {
        if (!text.isEmpty()) {
            schema.put("description", text);
        }
    }
}
